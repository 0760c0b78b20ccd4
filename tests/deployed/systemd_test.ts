/** Notifications of a compiled daemon to systemd, received at a socket like that of systemd. */
import { assertEquals, assertMatch } from "@std/assert";
import { createProject } from "../project.ts";
import { started } from "../serving.ts";
import { command, compile } from "./deploying.ts";
import { PATIENCE, statusOf, until, within } from "../waiting.ts";

const source = `
import { defineAgent, ok } from "@checkwright/checkwright";
export default defineAgent({ listen: "127.0.0.1:0", commands: { ok: () => ok("fine") } });
`;

/** A program that prints each message on a separate line. */
const listener = `
const socket = Deno.listenDatagram({ transport: "unixpacket", path: Deno.args[0] });
console.log("listening");
for await (const [data] of socket) console.log(JSON.stringify(new TextDecoder().decode(data)));
`;

Deno.test("The compiled daemon notifies systemd that it is ready, reloads, is alive and stops", async () => {
  await using project = await createProject(source);
  await using deployed = await compile(project.agent);
  const runtime = await Deno.makeTempDir();
  const socket = `${runtime}/notify`;
  await using systemd = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-net", "--ext=js", "-", socket],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = systemd.stdin.getWriter();
  await input.write(new TextEncoder().encode(listener));
  await input.close();
  const messages = systemd.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let received = "";
  const next = async () => {
    while (!received.includes("\n")) {
      const { value, done } = await within(PATIENCE, "a message to systemd", messages.read());
      assertEquals(done, false, "the socket of systemd is closed");
      received += value;
    }
    const line = received.slice(0, received.indexOf("\n"));
    received = received.slice(line.length + 1);
    return line;
  };
  assertEquals(await next(), "listening");

  const settings = `${runtime}/settings.yaml`;
  await Deno.writeTextFile(
    settings,
    "allowedHosts: [127.0.0.1, 192.0.2.7]\ncommands:\n" +
      "  up: { plugin: [/usr/bin/ping, -c1, 192.0.2.7] }\n" +
      "  raid: { plugin: [/usr/bin/sudo, -n, /bin/true] }\n",
  );
  const env = { NOTIFY_SOCKET: socket, RUNTIME_DIRECTORY: runtime, WATCHDOG_USEC: "1000000" };
  await using daemon = await started(
    command(deployed.folder, deployed.state, env, ["--settings", settings]),
  );
  assertMatch(await next(), /^"READY=1\\nSTATUS=checkwright: listening on /);
  assertEquals(await next(), '"WATCHDOG=1"');
  await daemon.logged(
    `allowedHosts: The systemd unit was compiled without 127.0.0.1, 192.0.2.7 and`,
  );
  await daemon.logged(
    `${settings}:3: commands.up: The systemd unit was compiled without a command that needs ` +
      "CAP_NET_RAW, and /usr/bin/ping does so",
  );
  await daemon.logged(
    `${settings}:4: commands.raid: The systemd unit was compiled without a command that becomes ` +
      "another user, and /usr/bin/sudo does so",
  );
  daemon.process.kill("SIGHUP");
  const seen: string[] = [];
  await until('"READY=1"', async () => seen.push(await next()) && seen.at(-1) === '"READY=1"');
  assertEquals(seen.filter((message) => message !== '"WATCHDOG=1"'), [
    '"RELOADING=1"',
    '"READY=1"',
  ]);
  daemon.process.kill("SIGTERM");
  await until('"STOPPING=1"', async () => await next() === '"STOPPING=1"');
  assertEquals((await statusOf(daemon.process, "the daemon")).code, 0);
  systemd.kill();
  await messages.cancel();
  assertEquals([...Deno.readDirSync(runtime)].map(({ name }) => name).sort(), [
    "notify",
    "settings.yaml",
  ]);
  await Deno.remove(runtime, { recursive: true });
});

Deno.test("Under systemd, a daemon whose address is in use waits before it exits, so that systemd keeps trying", async () => {
  await using project = await createProject(source);
  await using deployed = await compile(project.agent);
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const settings = `${project.folder}/settings.yaml`;
  await Deno.writeTextFile(settings, `listen: 127.0.0.1:${taken.addr.port}\n`);
  const env = { NOTIFY_SOCKET: `${project.folder}/notify`, RUNTIME_DIRECTORY: project.folder };
  const before = performance.now();
  const { code } = await statusOf(
    command(deployed.folder, deployed.state, env, ["--settings", settings]).spawn(),
    "the daemon",
  );
  // 20 starts within 60 s are the limit of the unit.
  assertEquals([code, performance.now() - before > 3_000], [2, true]);
});
