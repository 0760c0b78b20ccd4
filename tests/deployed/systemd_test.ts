/** What a compiled daemon tells systemd, heard at a socket as systemd's own. */
import { assertEquals, assertMatch } from "@std/assert";
import { started } from "../serving.ts";
import { command, compile } from "./deploying.ts";

const agent = new URL("../fixtures/deployed_agent.ts", import.meta.url).pathname;

/** Prints each message on a line of its own. */
const listener = `
const socket = Deno.listenDatagram({ transport: "unixpacket", path: Deno.args[0] });
console.log("listening");
for await (const [data] of socket) console.log(JSON.stringify(new TextDecoder().decode(data)));
`;

Deno.test("The compiled daemon tells systemd that it is ready, reloads, lives and stops", async () => {
  await using deployed = await compile(agent);
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
  let heard = "";
  const next = async () => {
    while (!heard.includes("\n")) heard += (await messages.read()).value;
    const line = heard.slice(0, heard.indexOf("\n"));
    heard = heard.slice(line.length + 1);
    return line;
  };
  assertEquals(await next(), "listening");

  const env = { NOTIFY_SOCKET: socket, RUNTIME_DIRECTORY: runtime, WATCHDOG_USEC: "1000000" };
  await using daemon = await started(command(deployed.folder, deployed.state, env, []));
  assertMatch(await next(), /^"READY=1\\nSTATUS=checkwright: listening on /);
  assertEquals(await next(), '"WATCHDOG=1"');
  daemon.process.kill("SIGHUP");
  const seen: string[] = [];
  while (!seen.includes('"READY=1"')) seen.push(await next());
  assertEquals(seen.filter((message) => message !== '"WATCHDOG=1"'), [
    '"RELOADING=1"',
    '"READY=1"',
  ]);
  daemon.process.kill("SIGTERM");
  while (await next() !== '"STOPPING=1"');
  assertEquals((await daemon.process.status).code, 0);
  systemd.kill();
  await messages.cancel();
  assertEquals([...Deno.readDirSync(runtime)].map(({ name }) => name), ["notify"]);
  await Deno.remove(runtime, { recursive: true });
});
