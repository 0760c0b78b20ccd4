/** What a process holds, as /proc tells it. Linux, and the permission for everything. */
import { childrenOf, type HostProcess, markedProcesses, residentMemory } from "../processes.ts";

/** What a daemon holds at a moment. */
export interface ProcessState {
  /** Memory in use, in MB. */
  memory: number;
  threads: number;
  descriptors: number;
  /** Its children without its process helper, zombies among them: id, state and command line of each. */
  children: string[];
}

const line = ({ pid, state, args }: HostProcess) => `${pid} ${state} ${args}`;

/** The daemon that a launcher has started last. */
export function daemonOf(launcher: number): number {
  const daemons = childrenOf(launcher).filter(({ args }) => args.includes("/daemon.js serve"));
  return daemons.at(-1)!.pid;
}

/** Looks at a process. */
export async function stateOf(pid: number): Promise<ProcessState> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const descriptors = await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`));
  return {
    memory: residentMemory(pid) / 1024,
    threads: Number(/^Threads:\s*(\d+)/m.exec(status)![1]),
    descriptors: descriptors.length,
    children: childrenOf(pid).map(line).filter((line) => !line.includes(" checkwright-helper ")),
  };
}

/** All processes whose environment holds a mark. */
export function marked(mark: string): string[] {
  return markedProcesses(mark).map(line);
}
