/**
 * Compares the C daemon with ours in one run, with the same ECDSA certificate and the same load
 * generator: queries per second and latency with 1, 8 and 64 clients, memory when idle and after
 * 10,000 queries, processor time per query, and the time from start to first answer. A bare loop
 * over `Deno.listenTls` shows what the runtime itself costs.
 *
 *   deno run -A tests/bench/daemons.ts [SECONDS] [EARLIER]
 *
 * EARLIER is a checkout of an earlier version, to compare with.
 *
 * It needs nagios-nrpe-server, monitoring-plugins-basic, openssl, libssl-dev and a C compiler. The
 * load generator runs on the same machine, so compare only rows of one run.
 */
import { fileURLToPath } from "node:url";
const seconds = Deno.args[0] ?? "5";
const earlier = Deno.args[1];
const clients = [1, 8, 64];
const folder = await Deno.makeTempDir({ prefix: "checkwright-bench-" });
const here = new URL("./", import.meta.url);
const pluginPath = "/usr/lib/nagios/plugins/check_dummy";

interface Load {
  queries: number;
  errors: number;
  perSecond: number;
  p50: number;
  p99: number;
}

interface Server {
  name: string;
  port: number;
  pid: number;
  /** The processes of the daemon, to measure memory. */
  pids: number[];
  firstAnswer: number;
  stop(): Promise<void>;
}

async function sh(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

async function load(port: number, count: number, duration: string, command: string): Promise<Load> {
  return JSON.parse(
    await sh(
      `${folder}/load`,
      "127.0.0.1",
      String(port),
      "tls",
      String(count),
      duration,
      command,
      "OK",
    ),
  );
}

async function firstAnswer(port: number, start: number): Promise<number> {
  for (;;) {
    const { queries } = await load(port, 1, "0.0001", "plugin");
    if (queries > 0) return performance.now() - start;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function stopped(child: Deno.ChildProcess): Promise<void> {
  child.kill();
  await child.status;
}

async function startC(port: number): Promise<Server> {
  await Deno.writeTextFile(
    `${folder}/nrpe.cfg`,
    [
      `server_port=${port}`,
      "server_address=127.0.0.1",
      "allowed_hosts=127.0.0.1",
      "nrpe_user=nagios",
      "nrpe_group=nagios",
      `ssl_cert_file=${folder}/cert.pem`,
      `ssl_privatekey_file=${folder}/key.pem`,
      "disable_syslog=1",
      `command[plugin]=${pluginPath} 0 fine`,
    ].join("\n"),
  );
  const start = performance.now();
  const child = new Deno.Command("/usr/sbin/nrpe", {
    args: ["-c", `${folder}/nrpe.cfg`, "-f"],
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    name: "nrpe 4.1",
    port,
    pid: child.pid,
    pids: [child.pid],
    firstAnswer: await firstAnswer(port, start),
    stop: () => stopped(child),
  };
}

/** A checkout of Checkwright. */
interface Checkout {
  root: string;
  main: string;
  agent: string;
}

function checkout(root: string): Checkout {
  return { root, main: `${root}/src/cli/main.ts`, agent: `${root}/tests/bench/agent.ts` };
}

const current = checkout(fileURLToPath(new URL("../..", here)).replace(/\/$/, ""));

async function startBare(port: number): Promise<Server> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-net", "--allow-read", fileURLToPath(new URL("bare_loop.ts", here))],
      ...[String(port), `${folder}/cert.pem`, `${folder}/key.pem`],
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    name: "bare Deno.listenTls",
    port,
    pid: child.pid,
    pids: [child.pid],
    firstAnswer: await firstAnswer(port, start),
    stop: () => stopped(child),
  };
}

async function writeSettings(port: number): Promise<string> {
  const path = `${folder}/settings-${port}.yaml`;
  await Deno.writeTextFile(
    path,
    `listen: "127.0.0.1:${port}"\ntls: { cert: ${folder}/cert.pem, key: ${folder}/key.pem }\n`,
  );
  return path;
}

async function startOurs(
  name: string,
  port: number,
  line: string[],
  { root }: Checkout,
): Promise<Server> {
  const settings = await writeSettings(port);
  const start = performance.now();
  const child = new Deno.Command(line[0]!, {
    args: [...line.slice(1), "--settings", settings],
    cwd: root,
    env: { CHECKWRIGHT_DENO: Deno.execPath(), STATE_DIRECTORY: `${folder}/state` },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await child.stdout.getReader().read();
  console.log(`${name}: ready line after ${Math.round(performance.now() - start)} ms`);
  const answered = await firstAnswer(port, start);
  // A compiled agent is one process. `serve` is a second process, the supervisor of the daemon.
  const daemon = line.includes("serve")
    ? Number(await sh("pgrep", "-P", String(child.pid)))
    : child.pid;
  return {
    name,
    port,
    pid: daemon,
    pids: [child.pid, daemon],
    firstAnswer: answered,
    stop: () => stopped(child),
  };
}

function startServe(port: number): Promise<Server> {
  const line = [Deno.execPath(), "run", "-A", current.main, "serve", current.agent];
  return startOurs("checkwright serve", port, line, current);
}

async function startCompiled(name: string, port: number, from: Checkout): Promise<Server> {
  const out = `${folder}/compiled-${port}`;
  await sh(Deno.execPath(), "run", "-A", from.main, "compile", from.agent, "--out", out);
  return await startOurs(name, port, [`${out}/checkwright`], from);
}

/** Returns the processor time that a process has used, in milliseconds. */
async function processorTime(pid: number): Promise<number> {
  const fields = (await Deno.readTextFile(`/proc/${pid}/stat`)).split(") ")[1]!.split(" ");
  // The 14th and 15th fields of proc(5), in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function resident(pid: number): Promise<number> {
  return Number(await sh("ps", "-o", "rss=", "-p", String(pid))) / 1024;
}

async function memory(server: Server, command: string): Promise<string[]> {
  const idle = await resident(server.pid);
  const after: number[] = [];
  for (let asked = 0, at = 10_000; at <= 30_000; at += 10_000) {
    while (asked < at) asked += (await load(server.port, 8, "2", command)).queries;
    after.push(await resident(server.pid));
  }
  return [idle, ...after].map((megabytes) => megabytes.toFixed(1));
}

async function prepare(): Promise<void> {
  await sh(
    "cc",
    "-O2",
    "-o",
    `${folder}/load`,
    fileURLToPath(new URL("load.c", here)),
    "-lssl",
    "-lcrypto",
    "-lpthread",
  );
  await sh(
    "openssl",
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`, "-days", "1"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
  );
  await Deno.chmod(folder, 0o755);
  // The C daemon reads the key as another user.
  await Deno.chmod(`${folder}/key.pem`, 0o644);
}

type Run = [name: string, server: Server, command: string];

function runs(): Run[] {
  return [
    [`${c.name}, plugin`, c, "plugin"],
    ...[ours, ...before].flatMap((server): Run[] => [
      [`${server.name}, plugin`, server, "plugin"],
      [`${server.name}, check`, server, "check"],
    ]),
    [bare.name, bare, "check"],
  ];
}

function row(...cells: (string | number)[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

await prepare();
const c = await startC(25_666);
const ours = await startCompiled("checkwright", 25_667, current);
const before = earlier === undefined
  ? []
  : [await startCompiled("earlier", 25_669, checkout(earlier))];
const bare = await startBare(25_670);
const served = await startServe(25_668);
try {
  row("", "start to first answer ms", "idle MB", "after 10,000", "after 20,000", "after 30,000");
  row("---", "---:", "---:", "---:", "---:", "---:");
  row(ours.name, Math.round(ours.firstAnswer), ...await memory(ours, "check"));
  row(served.name, Math.round(served.firstAnswer), ...await memory(served, "check"));
  row(c.name, Math.round(c.firstAnswer), (await resident(c.pid)).toFixed(1), "", "", "");
  const supervisor = (await resident(served.pids[0]!)).toFixed(1);
  console.log(`\n${served.name}: its supervisor has ${supervisor} MB more\n`);

  row("", "clients", "queries/s", "p50 ms", "p99 ms", "× nrpe", "CPU ms", "errors");
  row("---", "---:", "---:", "---:", "---:", "---:", "---:", "---:");
  for (const count of clients) {
    let reference = 0;
    for (const [name, server, command] of runs()) {
      const used = await processorTime(server.pid);
      const measured = await load(server.port, count, seconds, command);
      const { queries, perSecond, p50, p99, errors } = measured;
      const cpu = ((await processorTime(server.pid) - used) / queries).toFixed(2);
      reference ||= perSecond;
      const ratio = (perSecond / reference).toFixed(1);
      row(name, count, Math.round(perSecond), p50.toFixed(1), p99.toFixed(1), ratio, cpu, errors);
    }
  }
} finally {
  await Promise.all([ours, ...before, served, bare, c].map((server) => server.stop()));
  await Deno.remove(folder, { recursive: true });
}
