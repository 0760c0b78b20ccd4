/** One process, as `ps` lists it. */
export interface Process {
  /** State and flags: `S`, `Ss`, `R+`, `Z`… */
  stat: string;
  /** The user ID of the owner. */
  uid: number;
  /** The name of the owner; the user ID if the owner has no name. */
  user: string;
  /** The process ID. */
  pid: number;
  /** The process ID of the parent. */
  ppid: number;
  /** Virtual memory in KiB. */
  vsz: number;
  /** Resident memory in KiB. */
  rss: number;
  /** The average usage of one CPU since the start of the process, in percent. */
  pcpu: number;
  /** Seconds since the start of the process. */
  elapsed: number;
  /** The name of the command; the kernel keeps 15 characters. */
  comm: string;
  /** The command line; empty if command lines were not listed. */
  args: string;
}

/** The width of the name column: enough for all names, also of kernel threads. `ps` pads it. */
const COMM_WIDTH = 64;

/**
 * Returns the arguments of `ps` for the output that {@linkcode parseProcesses} reads.
 *
 * @param withArgs whether to list whole command lines, which have no maximum length
 * @returns the arguments, for procps
 */
export function psArguments(withArgs: boolean): string[] {
  const columns = `stat,uid,user:64,pid,ppid,vsz,rss,pcpu,etime,comm:${COMM_WIDTH}`;
  return ["axwwo", withArgs ? `${columns},args` : columns];
}

const LINE = new RegExp(
  String
    .raw`^\s*(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([\d.]+)\s+([\d:-]+) (.*)$`,
);

/**
 * Parses a list of processes.
 *
 * @param text the output of `ps` with {@linkcode psArguments}
 * @returns the processes; the heading and malformed lines are ignored
 */
export function parseProcesses(text: string): Process[] {
  const processes: Process[] = [];
  for (const line of text.split("\n")) {
    const fields = LINE.exec(line);
    if (fields === null) continue;
    const [, stat = "", uid, user = "", pid, ppid, vsz, rss, pcpu, etime = "", rest = ""] = fields;
    processes.push({
      stat,
      user,
      uid: Number(uid),
      pid: Number(pid),
      ppid: Number(ppid),
      vsz: Number(vsz),
      rss: Number(rss),
      pcpu: Number(pcpu),
      elapsed: parseElapsed(etime),
      comm: rest.slice(0, COMM_WIDTH).trimEnd(),
      args: rest.slice(COMM_WIDTH + 1),
    });
  }
  return processes;
}

/**
 * Parses the elapsed time of a process.
 *
 * @param text `[[days-]hours:]minutes:seconds`
 * @returns the time in seconds
 */
export function parseElapsed(text: string): number {
  const [clock = "", days = "0"] = text.split("-").reverse();
  return clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86400;
}
