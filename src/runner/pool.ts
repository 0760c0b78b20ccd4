import type { GrantedPermissions } from "../agent/permissions.ts";
import { BusyError } from "./admission.ts";
import type { SandboxCode } from "./channel.ts";
import { openProcess } from "./process_channel.ts";
import { createSandbox, type Sandbox, type SandboxLog } from "./sandbox.ts";
import { openWorker, workerCode } from "./worker_channel.ts";

/** In what a sandbox runs. */
export type Isolation = "worker" | "process";

/** Sandboxes by what they may do: commands with the same permissions and isolation share a warm one. */
export interface SandboxPool {
  /**
   * The sandbox for a permission set; started now if there is none.
   *
   * @throws {BusyError} where there may be no more, and all are at work
   */
  sandbox(permissions: GrantedPermissions, isolation: Isolation): Promise<Sandbox>;
  /** How many are alive. */
  readonly size: number;
  /** What those that are alive may do, and in what they run. */
  readonly kinds: readonly (readonly [GrantedPermissions, Isolation])[];
  /** The commands that have run in workers for so many milliseconds or longer. */
  suspects(milliseconds: number): string[];
  /** Ends them all. */
  close(): void;
}

/** A sandbox that nobody has asked for so many milliseconds is ended. */
const idleAfter = 600_000;

/**
 * Makes a pool.
 *
 * @param code the agent and the program inside a sandbox
 * @param most how many may be alive; the one idle for longest makes room
 * @param log where checks log
 * @returns the pool, empty
 */
export function createPool(code: SandboxCode, most: number, log: SandboxLog): SandboxPool {
  const inWorkers = workerCode(code);
  // A map keeps the order of use: what is used is put at its end.
  const alive = new Map<string, { sandbox: Sandbox; used: number }>();
  const sweeping = setInterval(() => endIdle(performance.now() - idleAfter), idleAfter / 10);
  Deno.unrefTimer(sweeping);

  function remove(key: string, sandbox: Sandbox): void {
    if (alive.get(key)?.sandbox === sandbox) alive.delete(key);
  }

  // Ends those that nobody has used since a time, the longest unused first.
  function endIdle(since: number, count = Infinity): void {
    for (const [key, { sandbox, used }] of alive) {
      if (used > since || count === 0) return;
      if (sandbox.running > 0) continue;
      count--;
      alive.delete(key);
      sandbox.close();
    }
  }

  function create(permissions: GrantedPermissions, isolation: Isolation): Sandbox {
    if (alive.size >= most) endIdle(Infinity, 1);
    if (alive.size >= most) throw new BusyError(`All ${most} sandboxes are at work`);
    return createSandbox(
      (events) =>
        isolation === "process"
          ? openProcess(code, permissions, events)
          : openWorker(inWorkers, permissions, events),
      log,
    );
  }

  return {
    async sandbox(permissions, isolation) {
      const key = JSON.stringify([isolation, permissions]);
      let sandbox = alive.get(key)?.sandbox;
      if (sandbox === undefined) {
        const created = sandbox = create(permissions, isolation);
        created.broken.then(() => remove(key, created));
      }
      alive.delete(key);
      alive.set(key, { sandbox, used: performance.now() });
      await sandbox.ready;
      return sandbox;
    },
    get kinds() {
      return [...alive.keys()].map((key) => {
        const [isolation, permissions] = JSON.parse(key);
        return [permissions, isolation] as const;
      });
    },
    suspects(milliseconds) {
      const started = performance.now() - milliseconds;
      return [...alive].flatMap(([key, { sandbox }]) =>
        key.startsWith('["worker"') ? sandbox.runningSince(started) : []
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
