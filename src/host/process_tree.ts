import { statusOfChild } from "./child_status.ts";
import { createMark, isMarked, markBelow } from "./mark.ts";
import { type ProcessHelper, startProcessHelper } from "./process_helper.ts";
import type { Process } from "./process_list.ts";

/**
 * The way in which a process group was ended:
 *
 * - `gone`: it had already exited;
 * - `TERM`, `KILL`: this signal ended it;
 * - `left`: some of its processes are still running after both signals;
 * - `alone`: only its first process was signalled, because the helper is missing.
 */
export type Ending = "gone" | "TERM" | "KILL" | "left" | "alone";

/** A child process, the first of its process group. */
export type Child = Pick<Deno.ChildProcess, "pid" | "kill" | "status">;

/** Ends processes together with all processes that they have started. */
export interface ProcessTree {
  /** Creates the mark for the environment of one run or one sandbox. */
  createMark(): string;
  /**
   * Ends a plugin and all processes that it started: its process group, and the processes that left
   * the group with `setsid` but descend from it or have the run's mark. It sends TERM first, then
   * KILL to the processes that are left.
   *
   * A process that left the group, cleared its environment and lost its parent cannot be found.
   *
   * @param child the plugin
   * @param mark the run's mark
   * @returns how it was ended
   */
  endRun(child: Child, mark: string): Promise<Ending>;
  /** Kills all processes with a mark, and their descendants. */
  endMarked(mark: string): Promise<void>;
  /** Resolves with the reason when processes can no longer be ended. */
  readonly broken: Promise<string>;
  /** Kills all processes of commands that still run, and closes the tree. */
  close(): Promise<void>;
}

/** The time between TERM and KILL, in milliseconds. */
const graceMilliseconds = 200;

/** The limit for the end of processes after KILL, in milliseconds. */
const killMilliseconds = 200;

/** Maximum number of searches for processes of a run in the list of processes. */
const maxLooks = 5;

/**
 * Opens a process tree.
 *
 * @returns a tree with a process helper; if the shell cannot be started, a tree that can end only the
 * first process of a run
 */
export function openProcessTree(): ProcessTree {
  const daemon = createMark();
  try {
    return helped(startProcessHelper(daemon), daemon);
  } catch {
    return withoutProcessTree(daemon);
  }
}

/**
 * Opens a process tree without a helper: for a process that does not start others, or that may not
 * start the shell.
 *
 * @param daemon the mark of this process
 * @returns the tree; it can end only the first process of a run
 */
export function withoutProcessTree(daemon: string = createMark()): ProcessTree {
  return {
    createMark: () => markBelow(daemon),
    endRun: endAlone,
    endMarked: () => Promise.resolve(),
    broken: new Promise(() => {}),
    close: () => Promise.resolve(),
  };
}

async function endAlone(child: Child): Promise<Ending> {
  let signalled = false;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      child.kill(signal);
      signalled = true;
    } catch {
      break; // The process has exited.
    }
    await Promise.race([statusOfChild(child), wait(graceMilliseconds)]);
  }
  return signalled ? "alone" : "gone";
}

function helped(helper: ProcessHelper, daemon: string): ProcessTree {
  async function endMarked(mark: string): Promise<void> {
    try {
      await killFamily(helper, undefined, mark, new Set());
    } catch {
      // The helper has exited. When it exits, it kills the processes with the daemon's mark.
    }
  }

  return {
    createMark: () => markBelow(daemon),
    endRun: (child, mark) => endFamily(helper, child.pid, mark).catch(() => endAlone(child)),
    endMarked,
    broken: helper.broken,
    async close() {
      await endMarked(daemon);
      await helper.close();
    },
  };
}

async function endFamily(helper: ProcessHelper, group: number, mark: string): Promise<Ending> {
  // The list is made before any signal: children cannot be found after their parent has exited.
  const processes = await helper.list();
  const strays = familyOf(processes, group, mark);
  if (strays.length === 0 && !await isAlive(helper, group, processes)) return "gone";
  await helper.signal([-group, ...strays.map(({ pid }) => pid)], "TERM");
  const ending = await endGroup(helper, group);
  const known = new Set(strays.map(identityOf));
  return await killFamily(helper, group, mark, known) ? ending : "left";
}

async function endGroup(helper: ProcessHelper, group: number): Promise<Ending> {
  if (await isGoneWithin(helper, group, graceMilliseconds)) return "TERM";
  await helper.signal([-group], "KILL");
  return await isGoneWithin(helper, group, killMilliseconds) ? "KILL" : "left";
}

async function isGoneWithin(
  helper: ProcessHelper,
  group: number,
  milliseconds: number,
): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  // A short first wait: most plugins end at once.
  for (let pause = 5; performance.now() < deadline; pause = Math.min(pause * 2, 50)) {
    await wait(pause);
    // A group of zombies counts as ended. The list is needed only if the group still exists.
    if (!await helper.exists(group)) return true;
    if (!await isAlive(helper, group, await helper.list())) return true;
  }
  return false;
}

// If the list is empty because /proc cannot be read, an existing group counts as alive.
async function isAlive(
  helper: ProcessHelper,
  group: number,
  processes: readonly Process[],
): Promise<boolean> {
  return processes.length === 0
    ? await helper.exists(group)
    : processes.some((process) => process.group === group && process.alive);
}

// Kills the processes of a family until no process is left. Returns whether all processes have
// ended.
async function killFamily(
  helper: ProcessHelper,
  group: number | undefined,
  mark: string,
  known: ReadonlySet<string>,
): Promise<boolean> {
  for (let look = 0; look < maxLooks; look++) {
    const left = familyOf(await helper.list(), group, mark, known);
    if (left.length === 0) return true;
    await helper.signal(left.map(({ pid }) => pid), "KILL");
    if (look > 0) await wait(look * 10);
  }
  return false;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function identityOf({ pid, start }: Process): string {
  return `${pid} ${start}`;
}

/**
 * Returns the processes that belong to a run and are not in its group, without zombies.
 *
 * @param processes all processes
 * @param group the id of the run's group, if it has one
 * @param mark the run's mark
 * @param known processes of earlier lists that belonged to the run, each as `PID START`
 * @returns the processes
 */
export function familyOf(
  processes: readonly Process[],
  group: number | undefined,
  mark: string,
  known: ReadonlySet<string> = new Set(),
): Process[] {
  const ours = new Set(
    processes.filter((process) =>
      process.group === group || process.marks?.some((one) => isMarked(one, mark)) ||
      known.has(identityOf(process))
    ).map(({ pid }) => pid),
  );
  // In the list, a child may come before its parent.
  for (let size = 0; size < ours.size;) {
    size = ours.size;
    for (const { pid, parent } of processes) {
      if (ours.has(parent)) ours.add(pid);
    }
  }
  return processes.filter(({ pid, alive, group: other }) =>
    ours.has(pid) && alive && other !== group
  );
}
