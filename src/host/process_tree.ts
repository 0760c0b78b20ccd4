import { createMark, isMarked, markBelow } from "./mark.ts";
import { type ProcessHelper, startProcessHelper } from "./process_helper.ts";
import type { Process } from "./process_list.ts";

/**
 * How a process group ended: nothing of it was left (`gone`), TERM or KILL ended it, something is
 * still there (`left`), or only its first process could be signalled (`alone`).
 */
export type Ending = "gone" | "TERM" | "KILL" | "left" | "alone";

/** A process that was started here, the first of its group. */
export type Child = Pick<Deno.ChildProcess, "pid" | "kill" | "status">;

/** Ends processes with everything that they have started. */
export interface ProcessTree {
  /** Makes the mark for the environment of one run or one sandbox. */
  createMark(): string;
  /**
   * Ends a run of a plugin with everything that it started: its process group, and each process
   * that left the group with `setsid` but descends from it or carries the run's mark. TERM first,
   * KILL for what is left.
   *
   * A process that left the group, cleared its environment and lost its parent cannot be found.
   *
   * @param child the plugin
   * @param mark the run's mark
   * @returns how it ended
   */
  endRun(child: Child, mark: string): Promise<Ending>;
  /** Kills everything that carries a mark, and everything that descends from it. */
  endMarked(mark: string): Promise<void>;
  /** Resolves with the reason when processes can no longer be ended. */
  readonly broken: Promise<string>;
  /** Kills everything that was started here and still runs, and releases the tree. */
  close(): Promise<void>;
}

/** The time between TERM and KILL, in milliseconds. */
const graceMilliseconds = 200;

/** The longest wait for what got KILL to be gone, in milliseconds. */
const killMilliseconds = 200;

/** How often the list of processes is searched for what is left of a run. */
const maxLooks = 5;

/**
 * Opens a tree.
 *
 * @returns a tree with a process helper; if the shell cannot be started, one that can end only the
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
 * A tree for a process that starts nothing, or may not start the shell.
 *
 * @param daemon the mark of this process
 * @returns the tree: it ends the first process of a run, and finds nothing else
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
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      child.kill(signal);
    } catch {
      break; // It has ended.
    }
    await Promise.race([child.status, wait(graceMilliseconds)]);
  }
  return "alone";
}

function helped(helper: ProcessHelper, daemon: string): ProcessTree {
  async function endMarked(mark: string): Promise<void> {
    try {
      await killFamily(helper, undefined, mark, new Set());
    } catch {
      // The helper has ended, and kills what carries the daemon's mark.
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
  // Before anything is ended: once a parent is gone, its children cannot be traced to it.
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
    // A group of zombies has ended. The list is needed only if the group still exists.
    if (!await helper.exists(group)) return true;
    if (!await isAlive(helper, group, await helper.list())) return true;
  }
  return false;
}

// Without a list, because there is no grep, a group that exists counts as alive.
async function isAlive(
  helper: ProcessHelper,
  group: number,
  processes: readonly Process[],
): Promise<boolean> {
  return processes.length === 0
    ? await helper.exists(group)
    : processes.some((process) => process.group === group && process.alive);
}

// Kills a family until nothing of it is left; returns whether that is so.
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
 * The processes that belong to a run and are not in its group. Zombies do not count.
 *
 * @param processes all processes
 * @param group the id of the run's group, if it has one
 * @param mark the run's mark
 * @param known processes that belonged to it when they were seen before, each as `PID START`
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
      process.group === group || isMarked(process.mark, mark) || known.has(identityOf(process))
    ).map(({ pid }) => pid),
  );
  // Parents need not come before their children in the list.
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
