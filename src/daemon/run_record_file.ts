import { readLimited } from "./read_limited.ts";
import { type Mark, MARKS, type WriteMark } from "../runner/run_record.ts";

/** The first line of the file: its format, with a version. */
const header = "checkwright running 1\n";

/** The letter of a command without a mark. */
const none = "-";

/** The file that passes the marks of running commands to the next daemon, if this daemon dies. */
export interface RunRecordFile {
  /** The marks that the predecessor left; empty if it stopped normally. */
  readonly left: Readonly<Record<string, Mark>>;
  /** Set if the file cannot be written: the reason. */
  readonly unwritable?: string;
  /** Replaces the mark of a command before the command runs, with one write of one byte (2 µs). */
  readonly write: WriteMark;
  /** Removes all marks and stops writing. Call it when the daemon stops normally. */
  close(): void;
}

/**
 * Opens the file and removes the marks that are in it. A write survives the process, because the
 * operating system has received it. After the header, each line has the first letter of a mark and
 * a name: `r "check_load"`.
 *
 * @param path the path of the file, which may not exist yet
 * @returns the marks that were in it, and functions to update it; they do nothing if the file cannot
 *   be written or has the format of a newer version
 */
export function openRunRecordFile(path: string): RunRecordFile {
  const without: RunRecordFile = { left: {}, write: () => {}, close: () => {} };
  let file: Deno.FsFile;
  let text: string;
  try {
    file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
    text = readLimited(path, file);
  } catch (error) {
    return { ...without, unwritable: `Cannot write ${path}: ${(error as Error).message}` };
  }
  // Any other content without the header is damaged, for example zeros after a loss of power.
  if (/^checkwright running \d+\n/.test(text) && !text.startsWith(header)) return without;
  const encoder = new TextEncoder();
  const offsets = new Map<string, number>();
  let size = 0;
  let failed = false;

  // A full disk must not end the daemon. The daemon keeps serving. If it dies then, the suspects
  // are unknown. If marks cannot be changed, they are soon wrong. So all marks are removed.
  function writeAt(offset: number, text: string): void {
    if (failed) return;
    try {
      const bytes = encoder.encode(text);
      file.seekSync(offset, Deno.SeekMode.Start);
      failed = file.writeSync(bytes) < bytes.length;
      size = Math.max(size, offset + bytes.length);
    } catch {
      failed = true;
    }
    if (failed) empty();
  }

  function empty(): void {
    try {
      file.truncateSync();
    } catch {
      failed = true;
    }
  }

  function clear(): void {
    empty();
    writeAt(0, header);
  }

  clear();
  return {
    ...((failed as boolean) && { unwritable: `Cannot write ${path}` }),
    left: text.startsWith(header) ? parseMarks(text.slice(header.length)) : {},
    write(command, mark) {
      const letter = mark?.[0] ?? none;
      const offset = offsets.get(command);
      if (offset !== undefined) return writeAt(offset, letter);
      offsets.set(command, size);
      writeAt(size, `${letter} ${JSON.stringify(command)}\n`);
    },
    // Commands may still run. Their marks must not appear in the record of the next daemon.
    close() {
      if (!failed) clear();
      failed = true;
    },
  };
}

function parseMarks(text: string): Record<string, Mark> {
  const marks: [string, Mark][] = [];
  for (const line of text.split("\n")) {
    const mark = MARKS.find((each) => each[0] === line[0]);
    try {
      const command: unknown = JSON.parse(line.slice(2));
      if (mark !== undefined && typeof command === "string") marks.push([command, mark]);
    } catch {
      // The last line can be incomplete.
    }
  }
  return Object.fromEntries(marks);
}
