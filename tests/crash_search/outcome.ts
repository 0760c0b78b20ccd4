/** Starts a throw-away process and observes it until it ends. */
import type { Permissions } from "../../src/check/declared_permissions.ts";
import { startBounded } from "../../src/runner/bounded_command.ts";
import { RUN_FLAGS } from "../../src/deploy/run_flags.ts";
import type { Order, Position } from "./inside.ts";
import type { ProcessOrder } from "./process.ts";

/** The permissions, modules and files of the processes of a search. */
export interface Setting {
  /** The folder of the search. It contains bundles, the import map and orders. */
  folder: string;
  permissions: Permissions;
  modules: readonly string[];
  facts: Readonly<Record<string, unknown>>;
}

/** The end of a process. */
export interface Outcome {
  /**
   * `broken`: only the sandbox ended. `blocked`: the process was killed because it made no calls.
   * `low`: the process ended itself because few descriptors or little memory was left.
   */
  kind: "done" | "broken" | "died" | "blocked" | "low";
  /** The last reported call. Each call is reported before it is made. */
  at: Position;
  /** The method of a result, if the last call is such a method; otherwise empty. */
  method: string;
  /** The number of calls that were reported before they were made. */
  calls: number;
  /** Functions of which some calls were skipped, because the others took too long. */
  cut: number[];
  /** Lines of results. */
  lines: string[];
  /** Exit code or signal. */
  status: string;
  /** The line of standard error that explains the end. */
  reason: string;
}

/** The limits of a process: memory in MiB, processor time in seconds. */
const bounds = { memory: 6_144, cpu: 600 };
/** A process is killed after this time without a call, in milliseconds. */
const silence = 3_000;
const startSilence = 30_000;

/** Runs one process to its end. */
export async function runProcess(setting: Setting, task: Order["task"]): Promise<Outcome> {
  const { folder, permissions, modules, facts } = setting;
  const own = await Deno.makeTempDir({ dir: folder, prefix: "run-" });
  const order: ProcessOrder = {
    runtime: `${folder}/runtime.js`,
    inside: `${folder}/inside.js`,
    progress: `${own}/progress`,
    permissions,
    order: { modules, facts, task },
  };
  await Deno.writeTextFile(`${own}/order.json`, JSON.stringify(order));
  await Deno.writeTextFile(order.progress, "");
  const child = startBounded(Deno.execPath(), {
    args: [
      ...["run", "-A", ...RUN_FLAGS, `--import-map=${folder}/imports.json`],
      ...[`${folder}/process.js`, `${own}/order.json`],
    ],
    clearEnv: true,
    env: { NO_COLOR: "1", CRASH_SEARCH: "1", PATH: "/usr/bin:/bin" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }, bounds);
  child.stdin.close().catch(() => {});
  const outcome: Outcome = {
    ...{ kind: "died", at: [0, 0, -1], method: "", calls: 0, cut: [], lines: [] },
    ...{ status: "", reason: "" },
  };
  const errors = lastOf(child.stderr);
  const timer = watch(child, order.progress, () => outcome.kind = "blocked");
  const { code, signal } = await child.status;
  clearInterval(timer);
  for (const line of (await Deno.readTextFile(order.progress)).split("\n")) {
    readLine(line, outcome);
  }
  outcome.status = signal ?? `exit code ${code}`;
  outcome.reason ||= explain(await errors);
  await Deno.remove(own, { recursive: true });
  return outcome;
}

// Kills a process that writes nothing for some time.
function watch(child: Deno.ChildProcess, progress: string, onBlocked: () => void) {
  let size = 0;
  let since = performance.now();
  return setInterval(() => {
    const now = Deno.statSync(progress).size;
    if (now !== size) {
      size = now;
      since = performance.now();
    } else if (performance.now() - since > (size === 0 ? startSilence : silence)) {
      try {
        child.kill("SIGKILL");
        onBlocked();
      } catch {
        // The process has ended in the meantime.
      }
    }
  }, 250);
}

function readLine(line: string, outcome: Outcome): void {
  if (line.startsWith("@")) {
    const [, fn, call, method, name] = /^@(\d+):(\d+):(-?\d+):(.*)$/.exec(line)!;
    outcome.at = [Number(fn), Number(call), Number(method)];
    outcome.method = name!;
    outcome.calls++;
  } else if (line.startsWith("#")) outcome.lines.push(line.slice(1));
  else if (line.startsWith("!cut ")) outcome.cut.push(Number(line.slice(5)));
  else if (line === "=done") outcome.kind = "done";
  else if (line === "=low") outcome.kind = "low";
  else if (line.startsWith("=broken ")) {
    outcome.kind = "broken";
    outcome.reason = line.slice(8);
  }
}

// A panic is printed below a notice of several lines.
function explain(stderr: string): string {
  const known = /panicked at [^\n]*\n[^\n]*|[^\n]*(?:overflow|[Ff]atal|memory)[^\n]*/.exec(stderr);
  const text = known?.[0] ?? stderr.trim().split("\n")[0]!;
  return text.replaceAll("\n", " ").slice(0, 240);
}

async function lastOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + chunk).slice(-65_536);
  }
  return text;
}
