import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { findGains, parseGetcap } from "../../src/deploy/find_privileges.ts";
import { systemdUnit } from "../../src/deploy/systemd.ts";
import { defineAgent, plugin } from "../../src/mod.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

Deno.test("parseGetcap() reads the output of new and old versions", { permissions: "none" }, () => {
  const output = "/usr/bin/ping cap_net_raw=ep\n" +
    "/opt/a b/x cap_net_raw,cap_net_bind_service=eip\n" +
    "/opt/old = cap_net_raw+ep\n" +
    "/opt/missing (No such file or directory)\n";
  assertEquals([...parseGetcap(output)], [
    ["/usr/bin/ping", ["CAP_NET_RAW"]],
    ["/opt/a b/x", ["CAP_NET_BIND_SERVICE", "CAP_NET_RAW"]],
    ["/opt/old", ["CAP_NET_RAW"]],
  ]);
});

const root = Deno.uid() === 0;

Deno.test("findGains() finds setuid bits and file capabilities of programs with other names", {
  ignore: !root || isMissing("/usr/sbin/setcap"),
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  const copy = async (name: string) => {
    await Deno.copyFile("/usr/bin/true", `${folder}/${name}`);
    return `${folder}/${name}`;
  };
  const [capable, setuid, plain] = [await copy("probe"), await copy("raid"), await copy("plain")];
  const set = await runToEnd("/usr/sbin/setcap", { args: ["cap_net_admin=ep", capable] });
  assertEquals(set.code, 0);
  await Deno.chmod(setuid, 0o4755);
  const linked = `${folder}/linked`;
  await Deno.symlink(capable, linked);
  const { manifest } = describeAgent(defineAgent({
    commands: {
      a: plugin([plain]),
      b: plugin([setuid]),
      c: plugin(["/opt/ping"]),
      d: plugin([linked]),
    },
  }));
  const gains = await findGains(manifest);
  assertEquals(gains, [
    { command: "b", program: setuid },
    { command: "c", program: "/opt/ping", capabilities: ["CAP_NET_RAW"] },
    { command: "d", program: linked, capabilities: ["CAP_NET_ADMIN"] },
  ]);
  const unit = systemdUnit(manifest, { gains });
  assertStringIncludes(unit, `# Becomes another user: ${setuid}.\n`);
  assertStringIncludes(unit, "\nAmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW\n");
  await Deno.remove(folder, { recursive: true });
});

for (const program of ["/usr/bin/ping", `${pluginFolder}/check_icmp`]) {
  Deno.test(`${program} works with the capabilities of the unit, and not without`, {
    ignore: !root || isMissing(program) || isMissing("/usr/bin/setpriv"),
  }, async () => {
    const { manifest } = describeAgent(defineAgent({ commands: { a: plugin([program]) } }));
    const unit = systemdUnit(manifest);
    const valueOf = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(unit)![1]!;
    const list = (name: string) =>
      valueOf(name).split(" ").map((name) => `+${name.replace("CAP_", "").toLowerCase()}`);
    assertEquals(valueOf("NoNewPrivileges"), "yes");
    const run = async (bounding: string[], ambient: string[]) => {
      const { code } = await runToEnd("/usr/bin/setpriv", {
        args: [
          ...["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"],
          `--inh-caps=${["-all", ...ambient]}`,
          `--bounding-set=${["-all", ...bounding]}`,
          ...ambient.length > 0 ? [`--ambient-caps=${["-all", ...ambient]}`] : [],
          program,
          ...program.endsWith("ping") ? ["-c1", "-W2", "127.0.0.1"] : ["127.0.0.1"],
        ],
      });
      return code;
    };
    assertEquals(await run(list("CapabilityBoundingSet"), list("AmbientCapabilities")), 0);
    // A program with file capabilities cannot even be started: EPERM.
    assertEquals(await run([], []) !== 0, true);
  });
}
