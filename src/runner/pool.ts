import type { GrantedPermissions } from "../agent/permissions.ts";
import type { SandboxCode } from "./channel.ts";
import { openProcess } from "./process_channel.ts";
import { createSandbox, type Sandbox, type SandboxLog } from "./sandbox.ts";
import { openWorker, workerCode } from "./worker_channel.ts";

/** In what a sandbox runs. */
export type Isolation = "worker" | "process";

/** Sandboxes by what they may do: commands with the same permissions and isolation share a warm one. */
export interface SandboxPool {
  /** The sandbox for a permission set; started now if there is none. */
  sandbox(permissions: GrantedPermissions, isolation: Isolation): Promise<Sandbox>;
  /** Replaces a sandbox that is of no use any more. */
  discard(sandbox: Sandbox): void;
  /** How many are alive. */
  readonly size: number;
  /** What those that are alive may do, and in what they run. */
  readonly kinds: readonly (readonly [GrantedPermissions, Isolation])[];
  /** The commands that have run in workers for so many milliseconds or longer. */
  suspects(milliseconds: number): string[];
  /** Ends them all. */
  close(): void;
}

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
  const alive = new Map<string, Sandbox>();

  function remove(sandbox: Sandbox): void {
    for (const [key, other] of alive) {
      if (other === sandbox) alive.delete(key);
    }
  }

  function makeRoom(): void {
    if (alive.size < most) return;
    for (const sandbox of alive.values()) {
      if (sandbox.running > 0) continue;
      remove(sandbox);
      sandbox.close();
      return;
    }
  }

  return {
    async sandbox(permissions, isolation) {
      const key = JSON.stringify([isolation, permissions]);
      let sandbox = alive.get(key);
      if (sandbox === undefined) {
        makeRoom();
        sandbox = createSandbox(
          (events) =>
            isolation === "process"
              ? openProcess(code, permissions, events)
              : openWorker(inWorkers, permissions, events),
          log,
        );
        const created = sandbox;
        sandbox.broken.then(() => remove(created));
      } else {
        alive.delete(key);
      }
      alive.set(key, sandbox);
      await sandbox.ready;
      return sandbox;
    },
    discard(sandbox) {
      remove(sandbox);
      sandbox.close();
    },
    get kinds() {
      return [...alive.keys()].map((key) => {
        const [isolation, permissions] = JSON.parse(key);
        return [permissions, isolation] as const;
      });
    },
    suspects(milliseconds) {
      const started = performance.now() - milliseconds;
      return [...alive].flatMap(([key, sandbox]) =>
        key.startsWith('["worker"') ? sandbox.runningSince(started) : []
      );
    },
    get size() {
      return alive.size;
    },
    close() {
      for (const sandbox of alive.values()) sandbox.close();
      alive.clear();
      inWorkers.close();
    },
  };
}
