/** What a process holds, as /proc and `ps` tell it. Linux, and the permission for everything. */

/** What a daemon holds at a moment. */
export interface ProcessState {
  /** Memory in use, in MB. */
  memory: number;
  threads: number;
  descriptors: number;
  /** Its children except for its process helper, zombies among them, as `ps` writes them. */
  children: string[];
}

async function ps(...args: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args }).output();
  return new TextDecoder().decode(stdout).split("\n").map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The daemon that a launcher has started last. */
export async function daemonOf(launcher: number): Promise<number> {
  const lines = await ps("--ppid", `${launcher}`, "-o", "pid=,args=");
  const daemons = lines.filter((line) => line.includes("daemon/main.ts"));
  return Number(daemons.at(-1)!.split(" ")[0]);
}

/** Looks at a process. */
export async function stateOf(pid: number): Promise<ProcessState> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const number = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)![1]);
  const descriptors = await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`));
  return {
    memory: number("VmRSS") / 1024,
    threads: number("Threads"),
    descriptors: descriptors.length,
    children: (await ps("--ppid", `${pid}`, "-o", "pid=,stat=,args="))
      .filter((line) => !line.includes(" checkwright-helper ")),
  };
}

/** All processes whose environment holds a mark. */
export async function marked(mark: string): Promise<string[]> {
  return (await ps("axeww", "-o", "pid=,stat=,args=")).filter((line) => line.includes(mark));
}
