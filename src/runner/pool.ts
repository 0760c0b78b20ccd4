import type { GrantedPermissions } from "../agent/granted_permissions.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import { BusyError } from "./admission.ts";
import type { SandboxCode } from "./channel.ts";
import { openProcess } from "./process_channel.ts";
import { createSandbox, type Sandbox, type SandboxLog } from "./sandbox.ts";
import { openWorker, workerCode } from "./worker_channel.ts";

/** In what a sandbox runs. */
export type Isolation = "worker" | "process";

/** What tells one sandbox from another: what it may do, in what it runs, and for whom alone, if so. */
export type SandboxKind = readonly [
  permissions: GrantedPermissions,
  isolation: Isolation,
  owner?: string,
];

/** Sandboxes by their kind: commands of one kind share a warm one. */
export interface SandboxPool {
  /**
   * Has work done in the sandbox of a kind; it is started now if there is none. It stays for as long
   * as the work takes, whoever else needs room.
   *
   * @param kind which sandbox
   * @param work what is done in it once it is ready
   * @returns what the work comes to
   * @throws {BusyError} where there may be no more, and all are at work
   */
  use<T>(kind: SandboxKind, work: (sandbox: Sandbox) => Promise<T>): Promise<T>;
  /** The sandbox of a kind, when it is ready. Where room is needed, it may be gone the next moment. */
  sandbox(...kind: SandboxKind): Promise<Sandbox>;
  /** How many are alive. */
  readonly size: number;
  /** The kinds of those that are alive. */
  readonly kinds: readonly SandboxKind[];
  /** The commands that have run in workers for so many milliseconds or longer. */
  suspects(milliseconds: number): string[];
  /** Ends them all. */
  close(): void;
}

interface Place {
  kind: SandboxKind;
  sandbox: Sandbox;
  /** When somebody last asked for it. */
  used: number;
  /** How many wait for it, or work in it. */
  users: number;
}

/**
 * What two kinds have in common if they are one.
 *
 * @param kind the kind
 * @returns a text
 */
export function keyOf([permissions, isolation, owner]: SandboxKind): string {
  return JSON.stringify([isolation, permissions, owner]);
}

/** A sandbox that is unused for so long is ended. */
const idleMilliseconds = 600_000;

/**
 * Makes a pool.
 *
 * @param code the agent and the program inside a sandbox
 * @param most how many may be alive; the one idle for longest makes room
 * @param log where checks log
 * @param processes ends what checks start
 * @returns the pool, empty
 */
export function createPool(
  code: SandboxCode,
  most: number,
  log: SandboxLog,
  processes: ProcessTree,
): SandboxPool {
  const inWorkers = workerCode(code);
  const alive = new Map<string, Place>();
  const sweep = () => endIdle(alive, performance.now() - idleMilliseconds);
  const sweeping = setInterval(sweep, idleMilliseconds / 10);
  Deno.unrefTimer(sweeping);

  function open(kind: SandboxKind, key: string): Place {
    if (alive.size >= most) endIdle(alive, Infinity, 1);
    if (alive.size >= most) throw new BusyError(`All ${most} sandboxes are at work`);
    const [permissions, isolation] = kind;
    const sandbox = createSandbox(
      (events) =>
        isolation === "process"
          ? openProcess(code, code.imports, permissions, processes, events)
          : openWorker(inWorkers, permissions, processes, events),
      log,
    );
    sandbox.broken.then(() => alive.get(key)?.sandbox === sandbox && alive.delete(key));
    return { kind, sandbox, used: 0, users: 0 };
  }

  async function use<T>(kind: SandboxKind, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
    const key = keyOf(kind);
    const place = alive.get(key) ?? open(kind, key);
    // A map keeps the order: what is used is put at its end.
    alive.delete(key);
    alive.set(key, place);
    return await occupy(place, work);
  }

  return {
    use,
    sandbox: (...kind) => use(kind, (sandbox) => Promise.resolve(sandbox)),
    get kinds() {
      return [...alive.values()].map(({ kind }) => kind);
    },
    suspects(milliseconds) {
      const started = performance.now() - milliseconds;
      return [...alive.values()].flatMap(({ kind: [, isolation], sandbox }) =>
        isolation === "worker" ? sandbox.runningSince(started) : []
      );
    },
    get size() {
      return alive.size;
    },
    close() {
      clearInterval(sweeping);
      for (const { sandbox } of alive.values()) sandbox.close();
      alive.clear();
      inWorkers.close();
    },
  };
}

// Ends those that are unused since a time, the longest unused first.
function endIdle(alive: Map<string, Place>, since: number, count = Infinity): void {
  for (const [key, { sandbox, used, users }] of alive) {
    if (used > since || count === 0) return;
    if (users > 0 || sandbox.running > 0) continue;
    count--;
    alive.delete(key);
    sandbox.close();
  }
}

async function occupy<T>(place: Place, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  place.used = performance.now();
  place.users++;
  try {
    await place.sandbox.ready;
    return await work(place.sandbox);
  } finally {
    place.users--;
  }
}
