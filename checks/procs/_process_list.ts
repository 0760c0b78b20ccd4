/** One process, as `ps` lists it. */
export interface Process {
  /** State and flags: `S`, `Ss`, `R+`, `Z`… */
  stat: string;
  /** The user's number. */
  uid: number;
  /** The user's name; the number where there is none. */
  user: string;
  /** Its number. */
  pid: number;
  /** Its parent's number. */
  ppid: number;
  /** Virtual memory in KiB. */
  vsz: number;
  /** Resident memory in KiB. */
  rss: number;
  /** Share of one CPU over its life, in percent. */
  pcpu: number;
  /** Seconds since it began. */
  elapsed: number;
  /** The command's name, of which the kernel keeps 15 characters. */
  comm: string;
  /** The command with its arguments; empty where they were not listed. */
  args: string;
}

/** Wide enough for what the kernel keeps, kernel threads included; `ps` fills up with blanks. */
const COMM_WIDTH = 64;

/**
 * The arguments that make `ps` list what {@linkcode parseProcesses} reads.
 *
 * @param withArgs Whether the commands' arguments are listed too, of whatever length
 * @returns The arguments, for procps
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
 * Reads a list of processes.
 *
 * @param text The output of `ps` with {@linkcode psArguments}
 * @returns The processes; the heading and lines that are none are left out
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
 * Reads how long a process runs.
 *
 * @param text `[[days-]hours:]minutes:seconds`
 * @returns Seconds
 */
export function parseElapsed(text: string): number {
  const [clock = "", days = "0"] = text.split("-").reverse();
  return clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86400;
}
