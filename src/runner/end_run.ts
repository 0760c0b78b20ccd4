import { endGroup, type Ending, signalAll } from "./kill.ts";
import { isMarked } from "./mark.ts";
import { listProcesses, type Process } from "./process_list.ts";

/** How often the list of processes is looked at for what is left of a run. */
const maxLooks = 5;

/**
 * Ends a run of a plugin with everything that it started: its process group, and whoever left the
 * group with `setsid` but descends from it or carries the run's mark in the environment. TERM first,
 * KILL for what is left.
 *
 * What cannot be found: a process that left the group, cleared its environment and has lost the
 * parent that would tell of it, and one that no `ps` of ours may look into.
 *
 * @param group the id of the group, which is that of the plugin's first process
 * @param mark the run's mark
 * @returns what it took to end the group
 */
export async function endRun(group: number, mark: string): Promise<Ending> {
  // Before anything is ended: a child whose parent is gone tells nobody where it comes from.
  const strays = familyOf(await listProcesses(), group, mark);
  const [ending] = await Promise.all([
    endGroup(group),
    signalAll(strays.map(({ pid }) => pid), "TERM"),
  ]);
  await killFamily(group, mark, new Set(strays.map(nameOf)));
  return ending;
}

/**
 * Kills whatever carries a mark, and whatever descends from it.
 *
 * @param mark the mark of a run or of a sandbox, or that of a daemon for all of its own
 */
export async function endMarked(mark: string): Promise<void> {
  await killFamily(undefined, mark, new Set());
}

async function killFamily(
  group: number | undefined,
  mark: string,
  known: ReadonlySet<string>,
): Promise<void> {
  for (let look = 0; look < maxLooks; look++) {
    const left = familyOf(await listProcesses(), group, mark, known);
    if (left.length === 0) return;
    await signalAll(left.map(({ pid }) => pid), "KILL");
  }
}

function nameOf({ pid, start }: Process): string {
  return `${pid} ${start}`;
}

/**
 * Who belongs to a run and is not in its group.
 *
 * @param processes all processes
 * @param group the id of the run's group, where it has one
 * @param mark the run's mark
 * @param known processes that belonged to it when they were seen before, see {@linkcode nameOf}
 * @returns the strays
 */
export function familyOf(
  processes: readonly Process[],
  group: number | undefined,
  mark: string,
  known: ReadonlySet<string> = new Set(),
): Process[] {
  const ours = new Set(
    processes.filter((process) =>
      process.group === group || isMarked(process.mark, mark) || known.has(nameOf(process))
    ).map(({ pid }) => pid),
  );
  // Parents need not come before their children in the list.
  for (let size = 0; size < ours.size;) {
    size = ours.size;
    for (const { pid, parent } of processes) {
      if (ours.has(parent)) ours.add(pid);
    }
  }
  return processes.filter((process) => ours.has(process.pid) && process.group !== group);
}
