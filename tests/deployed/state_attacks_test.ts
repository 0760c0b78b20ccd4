/** A compiled daemon with hostile or damaged files in its state directory, and hostile variables. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { askOnce } from "../asking.ts";
import { isMissing } from "../tools.ts";
import { started } from "../serving.ts";
import { runToEnd, statusOf } from "../waiting.ts";
import { command, compile, type Deployed } from "./deploying.ts";

const agent = fileURLToPath(new URL("../fixtures/deployed_agent.ts", import.meta.url));
const tls = { tls: true };

type Prepare = (state: string) => void | Promise<unknown>;

const write = (name: string, text: string): Prepare => (state) =>
  Deno.writeTextFile(`${state}/${name}`, text, { mode: 0o600 });
const grow = (name: string): Prepare => async (state) => {
  await Deno.writeTextFile(`${state}/${name}`, "", { mode: 0o600 });
  await Deno.truncate(`${state}/${name}`, 2 ** 36);
};
const quarantine = (value: unknown) => write("quarantine.json", JSON.stringify(value));

/** Files that the daemon can start with. */
const harmless: [name: string, prepare: Prepare][] = [
  ["an incomplete line of a running command", write("running.txt", 'checkwright running 1\nr "o')],
  ["lines that are not JSON", write("running.txt", "checkwright running 1\nr ok\nt {}\nx\n\n")],
  ["a running command that is unknown", write("running.txt", 'checkwright running 1\nr "gone"\n')],
  [
    "names of inherited members",
    write("running.txt", 'checkwright running 1\nr "__proto__"\nr "x"'),
  ],
  ["zeros instead of running commands", write("running.txt", "\0".repeat(100_000))],
  ["64 GiB of running commands", grow("running.txt")],
  ["64 GiB of quarantine", grow("quarantine.json")],
  ["zeros instead of a quarantine", write("quarantine.json", "\0".repeat(100_000))],
  ["a quarantine that is nested deeply", write("quarantine.json", "[".repeat(1_000_000))],
  ["a quarantine with lists", quarantine({ version: 1, quarantined: ["ok"], suspects: ["ok"] })],
  ["a reason that cannot be shown", quarantine({ quarantined: { other: { toString: 1 } } })],
  [
    "a suspect with endless deaths",
    write("quarantine.json", '{"suspects":{"ok":{"deaths":1e999}}}'),
  ],
  [
    "a suspect with negative deaths",
    quarantine({ suspects: { ok: { deaths: -9, trial: "run" } } }),
  ],
  [
    "a suspect with many deaths",
    quarantine({ suspects: { ok: { deaths: 2 ** 52, trial: "run" } } }),
  ],
  ["a version that is text", quarantine({ version: "9", quarantined: { other: "x" } })],
];

/** Files with which the launcher refuses to start. */
const refused: [name: string, prepare: Prepare][] = [
  ["a folder instead of running commands", (state) => Deno.mkdir(`${state}/running.txt`)],
  [
    "a FIFO instead of running commands",
    (state) => runToEnd("/usr/bin/mkfifo", { args: [`${state}/running.txt`] }),
  ],
  ["a dangling link", (state) => Deno.symlink(`${state}/none`, `${state}/quarantine.json`)],
  ["a link to a device", (state) => Deno.symlink("/dev/zero", `${state}/quarantine.json`)],
  ["a link to a certificate", async (state) => {
    await Deno.remove(`${state}/self-signed.pem`);
    await Deno.symlink("/etc/passwd", `${state}/self-signed.pem`);
  }],
  ["a file that a group can write", async (state) => {
    await Deno.writeTextFile(`${state}/running.txt`, "");
    await Deno.chmod(`${state}/running.txt`, 0o660);
  }],
  ["a link to states of checks", async (state) => {
    await Deno.mkdir(`${state}/other`);
    await Deno.symlink(`${state}/other`, `${state}/check_state`);
  }],
  ["a file instead of states of checks", write("check_state", "")],
  ["a folder that all can write", (state) => Deno.chmod(state, 0o777)],
  ["a sticky folder that all can write", (state) => Deno.chmod(state, 0o1777)],
];

/** Variables that must not change the daemon. */
const variables: Record<string, string>[] = [
  { NODE_CHANNEL_FD: "1", NODE_CHANNEL_SERIALIZATION_MODE: "json" },
  { NODE_OPTIONS: "--inspect", DENO_V8_FLAGS: "--help", DENO_SERVE_ADDRESS: "tcp:127.0.0.1:9" },
  { CDPATH: "/tmp:/etc", IFS: "/", POSIXLY_CORRECT: "1", LC_ALL: "tr_TR.UTF-8" },
  { ENV: "/dev/zero", BASH_ENV: "/dev/zero", PS4: "$(exit 1)", SHELLOPTS: "xtrace" },
  { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" },
  { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: "/dev/zero", NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  { HTTP_PROXY: "http://127.0.0.1:1", HTTPS_PROXY: "http://127.0.0.1:1" },
  { TMPDIR: "/nonexistent", HOME: "/a,b", DENO_DIR: "/proc/none" },
];

/** Restores the state directory, with the certificate of the first start. */
async function renew({ state }: Deployed): Promise<void> {
  const path = `${state}/self-signed.pem`;
  const { isFile = false } = await Deno.lstat(path).catch(() => ({}) as Partial<Deno.FileInfo>);
  certificates.set(state, certificates.get(state) ?? (isFile ? await Deno.readTextFile(path) : ""));
  await Deno.remove(state, { recursive: true }).catch(() => {});
  await Deno.mkdir(state, { mode: 0o700 });
  const certificate = certificates.get(state)!;
  if (certificate === "") certificates.delete(state);
  else await Deno.writeTextFile(path, certificate, { mode: 0o600 });
}

/** The certificate of each state directory: making one takes longer than a start. */
const certificates = new Map<string, string>();

Deno.test("A daemon starts with damaged files in its state directory, and refuses foreign ones", async (t) => {
  await using deployed = await compile(agent);
  for (const [name, prepare] of harmless) {
    await t.step(`It starts with ${name}`, async () => {
      await renew(deployed);
      await prepare(deployed.state);
      await using daemon = await deployed.start();
      assertEquals(await askOnce(daemon, ["ok"], tls), "OK fine");
      assertEquals(await daemon.stop(), 0);
    });
  }
  for (const [name, prepare] of refused) {
    await t.step(`It refuses ${name}`, async () => {
      await renew(deployed);
      await prepare(deployed.state);
      const { code, stderr } = await deployed.run();
      assertEquals(code, 3, stderr);
      assertStringIncludes(stderr, "Cannot trust ");
    });
  }
  await renew(deployed);
  for (const env of variables) {
    await t.step(`It ignores ${Object.keys(env).join(", ")}`, async () => {
      await using daemon = await started(command(deployed.folder, deployed.state, env, []));
      assertEquals(await askOnce(daemon, ["ok"], tls), "OK fine");
    });
  }
});

Deno.test("A reload during the trial of an innocent suspect does not let it be quarantined for the death of another", async () => {
  await using deployed = await compile(agent);
  await renew(deployed);
  await quarantine({ suspects: { ok: { deaths: 1, trial: "run" } } })(deployed.state);
  {
    await using daemon = await deployed.start();
    daemon.process.kill("SIGHUP");
    const asked = askOnce(daemon, ["ok"], tls).catch(() => "");
    await askOnce(daemon, ["eat"], tls).catch(() => {});
    await asked;
    assert((await statusOf(daemon.process, "the daemon")).code !== 0);
  }
  await using daemon = await deployed.start();
  assertEquals(await askOnce(daemon, ["ok"], tls), "OK fine");
});

const unshare = "/usr/bin/unshare";
const canMount = !isMissing(unshare) &&
  new Deno.Command(unshare, { args: ["-m", "true"], stderr: "null" }).outputSync().success;

for (
  const [name, mount] of [
    [
      "full",
      `mount -t tmpfs -o size=16k,mode=700 none "$STATE_DIRECTORY"
      head -c 99999 /dev/zero >"$STATE_DIRECTORY/fill"`,
    ],
    ["read-only", `mount -t tmpfs -o ro,mode=700 none "$STATE_DIRECTORY"`],
  ]
) {
  Deno.test(
    `A daemon serves with a ${name} state directory, and warns`,
    { ignore: !canMount },
    async () => {
      await using deployed = await compile(agent);
      await renew(deployed);
      const settings = `${deployed.folder}/settings.yaml`;
      await Deno.writeTextFile(settings, "tls: false\n");
      const script = `${mount}\nexec "$0" "$@"`;
      const args = [
        "-m",
        "/bin/sh",
        "-c",
        script,
        `${deployed.folder}/checkwright`,
        `--settings=${settings}`,
      ];
      await using daemon = await started(
        new Deno.Command(unshare, {
          args,
          clearEnv: true,
          env: {
            PATH: "/usr/bin:/bin",
            CHECKWRIGHT_DENO: Deno.execPath(),
            STATE_DIRECTORY: deployed.state,
            NO_COLOR: "1",
          },
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }),
      );
      assertEquals(await askOnce(daemon, ["ok"]), "OK fine");
      await daemon.logged("warning quarantine reason=");
      assertStringIncludes(daemon.log(), "a command that ends the daemon cannot be identified");
      assertEquals(await daemon.stop(), 0);
    },
  );
}
