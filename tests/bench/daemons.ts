/**
 * Compares the C daemon with ours in one run, with the same ECDSA certificate and the same load
 * generator: queries per second and latency with 1, 8 and 64 clients, memory when idle and after
 * 10,000 queries, and the time from start to first answer.
 *
 *   deno run -A tests/bench/daemons.ts [SECONDS]
 *
 * It needs nagios-nrpe-server, monitoring-plugins-basic, openssl, libssl-dev and a C compiler. The
 * load generator runs on the same machine, so compare only rows of one run.
 */
import { fileURLToPath } from "node:url";
const seconds = Deno.args[0] ?? "5";
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
    async stop() {
      child.kill();
      await child.status;
    },
  };
}

const main = fileURLToPath(new URL("../../src/cli/main.ts", here));
const agent = fileURLToPath(new URL("agent.ts", here));

async function writeSettings(port: number): Promise<string> {
  const path = `${folder}/settings-${port}.yaml`;
  await Deno.writeTextFile(
    path,
    `listen: "127.0.0.1:${port}"\ntls: { cert: ${folder}/cert.pem, key: ${folder}/key.pem }\n`,
  );
  return path;
}

async function startOurs(name: string, port: number, line: string[]): Promise<Server> {
  const settings = await writeSettings(port);
  const start = performance.now();
  const child = new Deno.Command(line[0]!, {
    args: [...line.slice(1), "--settings", settings],
    cwd: fileURLToPath(new URL("../../", here)),
    env: { CHECKWRIGHT_DENO: Deno.execPath(), STATE_DIRECTORY: `${folder}/state` },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await child.stdout.getReader().read();
  console.log(`${name}: ready line after ${Math.round(performance.now() - start)} ms`);
  const answered = await firstAnswer(port, start);
  // A compiled agent is one process. `serve` is a second process, the supervisor of the daemon.
  const daemon = Number(await sh("pgrep", "-P", String(child.pid)).catch(() => child.pid));
  return {
    name,
    port,
    pid: daemon,
    pids: [child.pid, daemon],
    firstAnswer: answered,
    async stop() {
      child.kill();
      await child.status;
    },
  };
}

function startServe(port: number): Promise<Server> {
  return startOurs("checkwright serve", port, [Deno.execPath(), "run", "-A", main, "serve", agent]);
}

async function startCompiled(port: number): Promise<Server> {
  await sh(Deno.execPath(), "run", "-A", main, "compile", agent, "--out", `${folder}/compiled`);
  return await startOurs("checkwright", port, [`${folder}/compiled/checkwright`]);
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

function runs(c: Server, ours: Server): [name: string, server: Server, command: string][] {
  return [
    [`${c.name}, plugin`, c, "plugin"],
    [`${ours.name}, plugin`, ours, "plugin"],
    [`${ours.name}, check`, ours, "check"],
  ];
}

function row(...cells: (string | number)[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

await prepare();
const c = await startC(25_666);
const ours = await startCompiled(25_667);
const served = await startServe(25_668);
try {
  row("", "start to first answer ms", "idle MB", "after 10,000", "after 20,000", "after 30,000");
  row("---", "---:", "---:", "---:", "---:", "---:");
  row(ours.name, Math.round(ours.firstAnswer), ...await memory(ours, "check"));
  row(served.name, Math.round(served.firstAnswer), ...await memory(served, "check"));
  row(c.name, Math.round(c.firstAnswer), (await resident(c.pid)).toFixed(1), "", "", "");
  const supervisor = (await resident(served.pids[0]!)).toFixed(1);
  console.log(`\n${served.name}: its supervisor has ${supervisor} MB more\n`);

  row("", "clients", "queries/s", "p50 ms", "p99 ms", "× nrpe", "errors");
  row("---", "---:", "---:", "---:", "---:", "---:", "---:");
  for (const count of clients) {
    let reference = 0;
    for (const [name, server, command] of runs(c, ours)) {
      const { perSecond, p50, p99, errors } = await load(server.port, count, seconds, command);
      reference ||= perSecond;
      const ratio = (perSecond / reference).toFixed(1);
      row(name, count, Math.round(perSecond), p50.toFixed(1), p99.toFixed(1), ratio, errors);
    }
  }
} finally {
  await Promise.all([ours.stop(), served.stop(), c.stop()]);
  await Deno.remove(folder, { recursive: true });
}
