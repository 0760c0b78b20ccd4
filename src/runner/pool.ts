import type { GrantedPermissions } from "../agent/granted_permissions.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import { BusyError } from "./admission.ts";
import type { SandboxCode } from "./channel.ts";
import { openProcess } from "./process_channel.ts";
import { quietWatch } from "./quiet.ts";
import { AGENT, createRunRecord, type RunRecord } from "./run_record.ts";
import { createSandbox, type Sandbox, type SandboxEnd, type SandboxLog } from "./sandbox.ts";
import { sourcePlaces } from "./source_places.ts";
import { memoryStore, type StateStore } from "./state_store.ts";
import { createEndedWorkers, type MarkRun, trackRuns } from "./track_runs.ts";
import { openWorker, workerCode } from "./worker_channel.ts";

/** The realm of a sandbox: a thread of the daemon, or a process. */
export type Isolation = "worker" | "process";

/** Identifies a sandbox: its permissions, its isolation, and its command if it is not shared. */
export type SandboxKind = readonly [
  permissions: GrantedPermissions,
  isolation: Isolation,
  owner?: string,
];

/** Work in a sandbox. The mark of a run survives the process, see run_record.ts. */
export type SandboxWork<T> = (sandbox: Sandbox, mark: MarkRun) => Promise<T>;

/** How work uses a sandbox. */
export interface SandboxUse {
  /** The sandbox runs alone. */
  trial?: boolean;
  /** The sandbox is new. It is closed after this work. */
  fresh?: boolean;
}

/** Sandboxes by their kind. Commands of the same kind share a running sandbox. */
export interface SandboxPool {
  /**
   * Runs work in the sandbox of a kind, which is started if necessary. The sandbox is not closed
   * before the work ends, even if other kinds need its place.
   *
   * @param kind the kind of the sandbox
   * @param work runs when the sandbox is ready; it marks the runs of commands in the record
   * @param how how the work uses the sandbox
   * @returns the result of the work
   * @throws {BusyError} if all sandboxes are in use and no more are allowed
   */
  use<T>(kind: SandboxKind, work: SandboxWork<T>, how?: SandboxUse): Promise<T>;
  /** Returns the sandbox of a kind when it is ready. It may be closed at any time to make room. */
  sandbox(...kind: SandboxKind): Promise<Sandbox>;
  /** The number of running sandboxes. */
  readonly size: number;
  /** The kinds of the running sandboxes. */
  readonly kinds: readonly SandboxKind[];
  /** Ends the workers in which nothing runs. */
  closeWorkers(): void;
  /** Removes the marks of commands in ended workers. Call it when the process is quiet. */
  forgetEnded(): void;
  /** Waits until no work of workers continues, see quiet.ts. */
  untilQuiet(): Promise<void>;
  /** Ends all sandboxes. */
  close(): void;
}

interface Place {
  kind: SandboxKind;
  sandbox: Sandbox;
  mark: MarkRun;
  /** The time when the sandbox was last used. */
  used: number;
  /** The number of callers that wait for the sandbox or work in it. */
  users: number;
}

/**
 * Returns the key of a kind: equal kinds have equal keys.
 *
 * @param kind the kind
 * @returns the key
 */
export function keyOf([permissions, isolation, owner]: SandboxKind): string {
  return JSON.stringify([isolation, permissions, owner]);
}

/** A sandbox that is unused for this time is closed. */
const idleMilliseconds = 600_000;

/** A sandbox that is not ready after this time is ended. */
const startMilliseconds = 60_000;

/** The parts of a pool. */
export interface PoolParts {
  /** The agent, and the program inside a sandbox. */
  code: SandboxCode;
  /** The maximum number of running sandboxes; a new one replaces the longest unused one. */
  most: number;
  /** Ends the processes that checks start. */
  processes: ProcessTree;
  /** Receives the messages that checks log. */
  log: SandboxLog;
  /** Receives the marks of commands that run in workers. */
  record?: RunRecord;
  /** Stores the states of commands; default: in memory. */
  states?: StateStore;
  /** Called when a sandbox is closed. */
  onEnd?: (isolation: Isolation, end: SandboxEnd) => void;
}

/**
 * Makes a pool.
 *
 * @param parts the parts
 * @returns the empty pool
 */
export function createPool(parts: PoolParts): SandboxPool {
  const { code, most, processes, log, onEnd = () => {} } = parts;
  const { record = createRunRecord(() => {}), states = memoryStore() } = parts;
  const inWorkers = workerCode(code);
  const places = sourcePlaces(code.agent);
  const alive = new Map<string, Place>();
  const untilQuiet = quietWatch();
  const ends = createEndedWorkers(untilQuiet);
  let next = 1;
  const sweep = () => endIdle(alive, performance.now() - idleMilliseconds);
  const sweeping = setInterval(sweep, idleMilliseconds / 10);
  Deno.unrefTimer(sweeping);

  function open(kind: SandboxKind, key: string, trial: boolean): Place {
    if (alive.size >= most) endIdle(alive, Infinity, 1);
    if (alive.size >= most) throw new BusyError(`All ${most} sandboxes are in use`);
    const [permissions, isolation] = kind;
    const sandbox = createSandbox(
      (events) =>
        isolation === "process"
          ? openProcess(code, code.imports, permissions, processes, events)
          : openWorker(inWorkers, permissions, processes, events),
      log,
      places,
      states,
    );
    sandbox.broken.then(() => alive.get(key)?.sandbox === sandbox && alive.delete(key));
    sandbox.ended.then((end) => onEnd(isolation, end));
    limitStart(sandbox);
    if (isolation === "worker") markEvaluation(sandbox, record, trial ? "trial" : "running");
    const mark = isolation === "worker" ? trackRuns(sandbox, record, ends) : () => () => {};
    return { kind, sandbox, mark, used: 0, users: 0 };
  }

  async function use<T>(
    kind: SandboxKind,
    work: SandboxWork<T>,
    { trial = false, fresh = false }: SandboxUse = {},
  ): Promise<T> {
    const key = fresh ? `${keyOf(kind)} ${next++}` : keyOf(kind);
    const place = alive.get(key) ?? open(kind, key, trial);
    // The sandbox is moved to the end of the map, so that the longest unused sandboxes come first.
    alive.delete(key);
    alive.set(key, place);
    try {
      return await occupy(place, work);
    } finally {
      if (fresh) place.sandbox.close();
    }
  }

  return {
    use,
    sandbox: (...kind) => use(kind, (sandbox) => Promise.resolve(sandbox)),
    get kinds() {
      return [...alive.values()].map(({ kind }) => kind);
    },
    get size() {
      return alive.size;
    },
    closeWorkers() {
      const workers = [...alive].filter(([, { kind: [, isolation] }]) => isolation === "worker");
      endIdle(alive, Infinity, Infinity, workers);
    },
    forgetEnded: ends.forgetAll,
    untilQuiet,
    close() {
      clearInterval(sweeping);
      for (const { sandbox } of alive.values()) sandbox.close();
      alive.clear();
      inWorkers.close();
    },
  };
}

// Ends sandboxes that have not been used since a given time, the longest unused first.
function endIdle(
  alive: Map<string, Place>,
  since: number,
  count = Infinity,
  candidates: Iterable<[string, Place]> = alive,
): void {
  for (const [key, { sandbox, used, users }] of candidates) {
    if (used > since || count === 0) return;
    if (users > 0 || sandbox.running > 0) continue;
    count--;
    alive.delete(key);
    sandbox.close();
  }
}

// If the evaluation of a module never ended, its sandbox would keep its place, and commands would
// wait for it forever.
function limitStart(sandbox: Sandbox): void {
  const timer = setTimeout(sandbox.close, startMilliseconds);
  Deno.unrefTimer(timer);
  const clear = () => clearTimeout(timer);
  sandbox.ready.then(clear, clear);
}

// The evaluation of the agent's module can also end the process.
function markEvaluation(sandbox: Sandbox, record: RunRecord, mark: "running" | "trial"): void {
  record.add(AGENT, mark);
  const remove = () => record.remove(AGENT, mark);
  sandbox.ready.then(remove, remove);
}

async function occupy<T>(place: Place, work: SandboxWork<T>): Promise<T> {
  place.used = performance.now();
  place.users++;
  try {
    await place.sandbox.ready;
    return await work(place.sandbox, place.mark);
  } finally {
    place.users--;
  }
}
