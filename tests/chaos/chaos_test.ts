/**
 * All kinds of failures at once, for CHECKWRIGHT_CHAOS_SECONDS (default: 20). Two thirds of the time
 * are for plain text and one third is for TLS, where the certificate changes at each reload.
 */
import { connect } from "node:net";
import { assert, assertEquals } from "@std/assert";
import { createSelfSigned } from "../../src/certificate/self_signed.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { askOnce } from "../asking.ts";
import { createProject, type Project } from "../project.ts";
import { serve, type Served } from "../serving.ts";
import { anyExpectation, type Expectation, expectations } from "./expectation.ts";
import { daemonOf, marked, type ProcessState, stateOf } from "./process_state.ts";
import { type Standstill, watchStandstill } from "./standstill.ts";
import { tools } from "../tools.ts";
import { later, until } from "../waiting.ts";

const seconds = Number(Deno.env.get("CHECKWRIGHT_CHAOS_SECONDS") ?? 20);
/** The timeout includes the time of `quiet()`, which runs twice. */
const timeout = seconds * 1_000 + 240_000;
const options = { ignore: tools.setsid === undefined, timeout };

interface Chaos {
  served: Served;
  tls: boolean;
  stop: AbortSignal;
  standstill: Standstill;
  /** The time that the machine needs for a command that does not wait, in milliseconds. */
  pace: number;
  /** The number of correct answers, by command. */
  right: Map<string, number>;
  /** The errors. */
  errors: string[];
  /** Queries that were not sent, because the acceptor was replaced at the same time. */
  lost: string[];
}

/**
 * A connection that the kernel refused or reset before the end of the TLS handshake. If it is reset
 * at once, the client finds a socket that is not connected.
 */
const handOver =
  /^Error: Cannot (?:connect to|complete TLS handshake with) "127\.0\.0\.1"(?: port \d+)?: (?:Connection (?:refused|reset by peer)|Transport endpoint is not connected)/;

async function ask(chaos: Chaos, { command, deadline, accepts }: Expectation): Promise<void> {
  const { served, tls, standstill, right, errors, lost } = chaos;
  const nonce = crypto.randomUUID();
  const version = ([2, 3, 4] as const)[Math.floor(Math.random() * 3)]!;
  const start = performance.now();
  try {
    const before = standstill.lost();
    const answer = await askOnce(served, [command, nonce], {
      tls,
      version,
      timeout: deadline + 1,
      excused: () => standstill.lost() - before,
    });
    if (accepts(answer, nonce)) right.set(command, (right.get(command) ?? 0) + 1);
    else record(errors, `${command} ${nonce}: ${answer.slice(0, 200)}`);
    if (prompt.has(command)) chaos.pace += (performance.now() - start - chaos.pace) / 8;
  } catch (error) {
    const isLost = tls && handOver.test(`Error: ${(error as Error).message}`);
    if (isLost) lost.push(`${command} ${nonce}: ${error}`);
    else record(errors, `${command} ${nonce}: ${error}`);
  }
}

/** The commands that show the pace of the machine. */
const prompt: ReadonlySet<string> = new Set(["fast", "plugin"]);

// A run of an hour shows its first errors at once.
function record(errors: string[], error: string): void {
  if (errors.push(error) <= 10) console.log(error);
}

/** Opens connections from an address that is not allowed, and stays silent. */
async function squatter({ served, stop }: Chaos): Promise<void> {
  const options = { host: "127.0.0.1", port: served.port, localAddress: "127.9.9.9" };
  const open = [];
  while (!stop.aborted) {
    const socket = connect(options);
    socket.on("error", () => {});
    socket.resume();
    open.push(socket);
    await later(10);
    if (open.length > 600) open.shift()!.destroy();
  }
  for (const socket of open) socket.destroy();
}

/** Sends a query again if the acceptor is being replaced. */
async function askAgain({ served, tls }: Chaos, command: string): Promise<string> {
  while (true) {
    try {
      return await askOnce(served, [command, "x"], { tls });
    } catch (error) {
      if (!tls || !handOver.test(`Error: ${(error as Error).message}`)) throw error;
      await later(10);
    }
  }
}

// On a machine that is busy all the time, each daemon answers late. On some virtual machines, the start
// of a process takes ten times as long as on others.
async function rest({ pace }: Chaos, most: number): Promise<void> {
  await later(Math.max(Math.random() * most, pace * 4));
}

async function client(chaos: Chaos): Promise<void> {
  while (!chaos.stop.aborted) {
    await ask(chaos, anyExpectation());
    await rest(chaos, 50);
  }
}

/** Disconnects at any stage: before the query, during it, or before the answer. */
async function vanisher(chaos: Chaos): Promise<void> {
  const { served, stop } = chaos;
  while (!stop.aborted) {
    const { command } = anyExpectation();
    const text = new TextEncoder().encode(`${command}!gone`);
    const query = encodePacket({ version: 4, type: "query", text });
    const connection = await Deno.connect({ port: served.port }).catch(() => undefined);
    if (connection === undefined) continue;
    const length = [0, 1, 16, query.length - 1, query.length, query.length];
    await connection.write(query.subarray(0, length[Math.floor(Math.random() * length.length)]))
      .catch(() => {});
    await later(Math.random() * 60);
    connection.close();
    await rest(chaos, 100);
  }
}

/** Sends bytes that are not a query. */
async function babbler({ served, stop }: Chaos): Promise<void> {
  while (!stop.aborted) {
    const bytes = crypto.getRandomValues(new Uint8Array(4 + Math.floor(Math.random() * 5_000)));
    // Half of the data begins like a packet.
    if (Math.random() < 0.5) bytes.set([0, 4, 0, 1]);
    const connection = await Deno.connect({ port: served.port }).catch(() => undefined);
    if (connection === undefined) continue;
    await connection.write(bytes).catch(() => {});
    await connection.read(new Uint8Array(100)).catch(() => {});
    connection.close();
    await later(Math.random() * 100);
  }
}

async function install(project: Project, version: "A" | "B", mark: string): Promise<void> {
  const fixture = new URL("../fixtures/chaos_agent.ts", import.meta.url).href;
  await project.write(
    "agent.ts",
    `import { chaosAgent } from "${fixture}"; export default chaosAgent("${version}", "${mark}");`,
  );
}

/** An agent that needs only the first two sandboxes: the others end when it is served. */
const calmAgent = (version: string) => `
import { defineAgent, defineCheck, ok, option } from "@checkwright/checkwright";
const bind = defineCheck({
  description: "Calm",
  options: { text: option.text({ description: "A nonce", default: "none" }) },
  run: ({ text }) => ok("${version} " + text),
});
export default defineAgent({
  commands: {
    fast: bind({}, { acceptArguments: true }),
    fast_process: bind({}, { acceptArguments: true, isolation: "process" }),
  },
});
`;

/** Serves the chaos agent again. */
async function reinstall(chaos: Chaos, project: Project, mark: string): Promise<void> {
  await install(project, "B", mark);
  chaos.served.process.kill("SIGHUP");
  await until(
    "the other agent",
    async () => (await askAgain(chaos, "fast")).startsWith("OK B"),
  );
}

/** Waits until all commands have ended, and returns the remaining resources of the daemon. */
async function quiet(
  chaos: Chaos,
  project: Project,
  mark: string,
  pid: number,
  start?: ProcessState,
): Promise<ProcessState> {
  await project.write("agent.ts", calmAgent("A"));
  chaos.served.process.kill("SIGHUP");
  const deadline = performance.now() + 60_000;
  for (;;) {
    // These queries cause work, because the garbage collector does not run without it.
    for (let count = 0; count < 100; count++) {
      await askAgain(chaos, count % 10 === 0 ? "fast_process" : "fast");
    }
    await later(1_000);
    const state = await stateOf(pid);
    const strays = marked(mark);
    const foreign = state.children.filter((child) => !child.includes(`${Deno.execPath()} run`));
    const calm = strays.length + foreign.length === 0;
    const back = start === undefined || (
      state.memory <= start.memory * 1.2 && state.threads <= start.threads + 2 &&
      state.descriptors <= start.descriptors + 4 && state.children.length <= start.children.length
    );
    // At the start, earlier values are missing: wait until only one child process is left.
    if (calm && back && (start !== undefined || state.children.length === 1)) return state;
    if (performance.now() > deadline) {
      throw new Error(`Not back at ${JSON.stringify(start)}: ${JSON.stringify({ state, strays })}`);
    }
  }
}

async function changeCertificate(project: Project): Promise<void> {
  const { cert, key } = await createSelfSigned({ names: ["localhost"] });
  await project.write("cert.pem", cert);
  await project.write("key.pem", key);
}

/** Returns how often the acceptor was replaced because of silent peers. */
function replacements(log: string): number {
  return log.split("\n").filter((line) => line.includes(" acceptor replaced "))
    .reduce((sum, line) => sum + Number(/ repeated=(\d+)/.exec(line)?.[1] ?? 1), 0);
}

/** Returns the number of reloads. */
function reloads(served: Served): number {
  return served.log().split(" info reload ").length - 1;
}

/** Lets clients send queries for a time, and reloads every few seconds. */
async function crowd(
  chaos: Chaos,
  length: number,
  project: Project,
  mark: string,
): Promise<void> {
  const stop = new AbortController();
  const all: Chaos = Object.assign(chaos, { stop: stop.signal });
  const clients = [
    ...Array.from({ length: 22 }, () => client(all)),
    ...Array.from({ length: 4 }, () => vanisher(all)),
    ...Array.from({ length: 4 }, () => babbler(all)),
    squatter(all),
  ];
  const end = performance.now() + length * 1000;
  let pause = 3_000;
  for (let round = 1; performance.now() < end; round++) {
    await later(Math.min(pause, Math.max(0, end - performance.now())));
    await install(project, round % 2 === 0 ? "A" : "B", mark);
    if (chaos.tls) await changeCertificate(project);
    const [start, before] = [performance.now(), reloads(chaos.served)];
    chaos.served.process.kill("SIGHUP");
    await until("a reload", () => reloads(chaos.served) > before);
    pause = Math.max(pause, 2 * (performance.now() - start));
  }
  stop.abort();
  await Promise.all(clients);
}

async function wreak(length: number, tls: boolean): Promise<void> {
  const mark = crypto.randomUUID();
  await using project = await createProject("");
  await install(project, "A", mark);
  await changeCertificate(project);
  const settings = await project.write(
    "settings.yaml",
    `tls: { cert: ${project.folder}/cert.pem, key: ${project.folder}/key.pem }\n`,
  );
  await using served = await serve(
    project.agent,
    ...(tls ? ["--settings", settings] : ["--no-tls"]),
  );
  using standstill = watchStandstill();
  const chaos: Chaos = {
    served,
    tls,
    stop: AbortSignal.abort(),
    standstill,
    pace: 0,
    right: new Map(),
    errors: [],
    lost: [],
  };
  const pid = daemonOf(served.process.pid);

  // Some resources start or grow only once. They must exist before the daemon is measured.
  await Promise.all(expectations.map((expectation) => ask(chaos, expectation)));
  await crowd(chaos, Math.max(4, length / 5), project, mark);
  const start = await quiet(chaos, project, mark, pid);
  await reinstall(chaos, project, mark);
  await crowd(chaos, length, project, mark);
  const answers = [...chaos.right.values()].reduce((sum, count) => sum + count, 0);
  assertEquals(chaos.errors, [], `${answers} correct answers besides these`);
  const missing = expectations.filter(({ command }) => !chaos.right.has(command));
  assertEquals(missing, []);
  const after = await quiet(chaos, project, mark, pid, start);
  const lost = `${standstill.lost().toFixed(1)} s of standstill`;
  const pace = `${reloads(served)} reloads, pace ${chaos.pace.toFixed(0)} ms`;
  console.log(`${answers} answers, ${pace}, ${lost};`, brief(start), "became", brief(after));
  assertEquals(served.log().includes("restart reason="), false);
  assertEquals(await served.stop(), 0);
  const handOvers = reloads(served) + 1 + replacements(served.log());
  console.log(`${chaos.lost.length} queries not sent at ${handOvers} replacements`);
  assert(chaos.lost.length <= 22 * handOvers, chaos.lost.slice(0, 3).join("\n"));
  assertEquals(marked(mark), []);
}

function brief({ memory, threads, descriptors, children }: ProcessState): string {
  return `${memory.toFixed(0)} MB, ${threads} threads, ${descriptors} descriptors, ` +
    `${children.length} children`;
}

Deno.test(
  "Every query among hostile commands and clients gets its own answer in time, and nothing is left over",
  options,
  async () => {
    await wreak(seconds * 2 / 3, false);
  },
);

Deno.test(
  "Every query over TLS among hostile commands and clients gets its own answer in time",
  options,
  async () => {
    await wreak(seconds / 3, true);
  },
);
