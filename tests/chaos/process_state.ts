/** Resources of a process, read from /proc. Needs Linux and all permissions. */
import { childrenOf, type HostProcess, markedProcesses, residentMemory } from "../processes.ts";

/** The resources of a daemon at one point in time. */
export interface ProcessState {
  /** Memory in use, in MB. */
  memory: number;
  threads: number;
  descriptors: number;
  /** Id, state and command line of each child, including zombies, without the process helper. */
  children: string[];
}

const line = ({ pid, state, args }: HostProcess) => `${pid} ${state} ${args}`;

/** Returns the daemon that a launcher started last. */
export function daemonOf(launcher: number): number {
  const daemons = childrenOf(launcher).filter(({ args }) => args.includes("/daemon.js serve"));
  return daemons.at(-1)!.pid;
}

/** Reads the resources of a process. */
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

/** Returns all processes whose environment contains a mark. */
export function marked(mark: string): string[] {
  return markedProcesses(mark).map(line);
}
