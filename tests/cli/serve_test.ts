/** The start of `serve`, its errors and its warnings. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { run, serve } from "../serving.ts";
import { PATIENCE, statusOf, until, within } from "../waiting.ts";

const agent = "export default { commands: { a: () => 'fine' } };";

Deno.test("serve reports in one line why it cannot start", async () => {
  await using project = await createProject(agent);
  const junk = await project.write("junk.pem", "junk");
  await Deno.chmod(junk, 0o600);
  const nothing = await project.write("nothing.ts", "export const a = 1;");
  const other = await project.write("other.ts", "export default { a: () => 'fine' };");
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const busy = `127.0.0.1:${taken.addr.port}`;
  const here = ["--listen", "127.0.0.1:0"];
  const tls = async (name: string, cert: string) =>
    await project.write(name, `tls: { cert: ${cert}, key: ${junk} }\n`);
  const table: [args: string[], code: number, line: string | RegExp][] = [
    [[project.agent, "--no-tls", "--listen", busy], 2, `Cannot listen on ${busy}: Address already`],
    [[project.agent, "--listen", busy], 2, `Cannot listen on ${busy}: Address already in use`],
    [[project.agent, "--no-tls", "--listen", "192.0.2.1:5666"], 2, /192\.0\.2\.1:5666: .*assign/],
    [
      [project.agent, "--no-tls", "--listen", "no.invalid:5666"],
      3,
      'Cannot resolve host name "no.invalid"',
    ],
    [
      [project.agent, "--listen", "127.0.0.1:x"],
      3,
      'Invalid value "127.0.0.1:x": expected HOST:PORT',
    ],
    [
      [project.agent, ...here, "--settings", await tls("a.yaml", "/no/such.pem")],
      3,
      "/no/such.pem",
    ],
    [[project.agent, ...here, "--settings", await tls("b.yaml", junk)], 3, /[Cc]ertificate/],
    [[project.agent, ...here, "--settings", await tls("c.yaml", "/etc")], 3, "/etc"],
    [[project.folder, ...here], 3, "It is not a file"],
    [["/no/such/agent.ts", ...here], 3, "/no/such/agent.ts: No such file"],
    [[nothing, ...here], 3, "expected a default export made by defineAgent()"],
    [[other, ...here], 3, "expected a default export made by defineAgent()"],
  ];
  for (const [args, code, line] of table) {
    const ended = await run("serve", ...args);
    assertEquals(ended.stdout, "", args.join(" "));
    assertEquals(ended.code, code, args.join(" "));
    // Lines with the level info or warning are ignored.
    const lines = ended.stderr.trim().split("\n")
      .filter((text) => !/ info certificate|checkwright: warning: /.test(text));
    assertEquals(lines.length, 1, ended.stderr);
    if (typeof line === "string") assertStringIncludes(lines[0]!, line);
    else assertMatch(lines[0]!, line);
    assert(!/os error|readfile|allow-/.test(lines[0]!), lines[0]);
  }
});

Deno.test("serve listens on the address of a host name, with and without TLS", async () => {
  await using project = await createProject(agent);
  for (const more of [[], ["--no-tls"]]) {
    await using served = await serve(project.agent, "--listen", "localhost:0", ...more);
    assertMatch(served.line, /listening on (?:127\.0\.0\.1|\[::1\]):\d+ /);
  }
});

Deno.test("serve and validate warn if only this host can connect, or if all other hosts are refused", async () => {
  await using project = await createProject(agent);
  const local = await project.write("local.yaml", "allowedHosts: [10.0.0.0/8]\n");
  const open = await project.write("open.yaml", 'listen: "0.0.0.0:0"\n');
  const validated = async (settings: string) =>
    (await run("validate", project.agent, "--settings", settings)).stderr;
  assertMatch(
    await validated(local),
    /^checkwright: warning: .*listen: The daemon listens on loopback only/,
  );
  assertMatch(
    await validated(open),
    /^checkwright: warning: .*allowedHosts: Not set: only this host/,
  );
  await using served = await serve(project.agent, "--no-tls", "--settings", local);
  assertMatch(served.log(), /^checkwright: warning: .*listen: The daemon listens on loopback only/);
});

Deno.test("A reload changes the log format of the supervisor and of the daemon", async () => {
  await using project = await createProject(agent);
  const settings = await project.write("settings.yaml", "log: text\n");
  await using served = await serve(project.agent, "--no-tls", "--settings", settings);
  assertEquals(await askOnce(served, ["a"]), "OK fine");
  await served.logged(" info query peer=127.0.0.1 command=a ");

  await project.write("settings.yaml", "log: json\n");
  served.process.kill("SIGHUP");
  await served.logged('"event":"reload"');
  assertEquals(await askOnce(served, ["a"]), "OK fine");
  await served.logged('"event":"query"');

  await project.write("agent.ts", "export default 42;");
  served.process.kill("SIGHUP");
  await served.logged('"event":"reload refused"');

  await project.write("agent.ts", agent);
  await project.write("settings.yaml", "log: text\n");
  served.process.kill("SIGHUP");
  await served.logged(" info reload ");
  await project.write("agent.ts", "export default 42;");
  served.process.kill("SIGHUP");
  await served.logged(" error reload refused ");
});

Deno.test("A daemon with few file descriptors answers queries after a flood of connections", async () => {
  await using project = await createProject(agent);
  const flags = ["read", "write", "net", "env", "run", "sys"].map((name) => `--allow-${name}`);
  const root = fileURLToPath(new URL("../../", import.meta.url));
  for (const more of [[], ["--no-tls"]]) {
    const launcher = new Deno.Command("/bin/sh", {
      args: [
        ...["-c", 'ulimit -n 400; exec "$0" "$@"', Deno.execPath(), "run", "--quiet", ...flags],
        ...[`--config=${root}deno.json`, `${root}src/cli/main.ts`, "serve", project.agent],
        ...["--listen", "127.0.0.1:0", ...more],
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const lines = launcher.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await within(60_000, "the ready line", lines.read());
    const port = Number(/:(\d+) \(/.exec(value!)![1]);

    const peers: Deno.Conn[] = [];
    for (let count = 0; count < 600; count++) peers.push(await Deno.connect({ port }));
    // Excess connections are closed. When the last is closed, the daemon has seen all of them.
    const last = peers.at(-1)!.read(new Uint8Array(1)).catch(() => null);
    assertEquals(await within(PATIENCE, "the last connection to be closed", last), null);
    for (const peer of peers) peer.close();
    const tls = more.length === 0;
    const answer = await until(
      "the daemon to notice that the connections are closed",
      () => askOnce({ port }, ["a"], { tls }).catch(() => ""),
    );
    assertEquals(answer, "OK fine");

    launcher.kill("SIGTERM");
    const [stderr] = await within(
      PATIENCE,
      "the daemon to stop",
      Promise.all([new Response(launcher.stderr).text(), lines.cancel()]),
    );
    assertMatch(
      stderr,
      /^checkwright: warning: limits\.connections: The system grants the daemon 400 file descriptors, which is enough for 120 of 4096 connections: /,
    );
    assertStringIncludes(stderr, "too many connections (limits.connections)");
    assertEquals((await statusOf(launcher, "the launcher")).code, 0);
  }
});
