import { escapeText } from "../nagios/text.ts";

/** How much an event matters. */
export type Level = "info" | "warning" | "error";

/** What an event says beside its name; undefined fields are left out. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes one event. */
export type Log = (level: Level, event: string, fields?: Fields) => void;

/** Somewhere that takes lines. */
export type LineWriter = (line: string) => void;

/**
 * Makes a log: one event a line. Nothing from the wire or from a plugin gets into a line as it is:
 * control characters are written as escapes, so that nobody can add a line or colour a terminal.
 *
 * @param format text for people, or JSON
 * @param write takes each line, without its newline
 * @param now the time
 * @returns the log
 */
export function createLog(
  format: "text" | "json",
  write: LineWriter,
  now: () => Date = () => new Date(),
): Log {
  const line = format === "json" ? jsonLine : textLine;
  return (level, event, fields = {}) => write(line(now().toISOString(), level, event, fields));
}

function jsonLine(time: string, level: Level, event: string, fields: Fields): string {
  const escaped = Object.entries(fields).map(([name, value]) => // JSON escapes what would end a line; the rest (U+2028, bidi marks, lone halves) is escaped first.
  [name, typeof value === "string" ? escapeText(value) : value]);
  return JSON.stringify({ time, level, event, ...Object.fromEntries(escaped) });
}

function textLine(time: string, level: Level, event: string, fields: Fields): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${typeof value === "string" ? textValue(value) : value}`);
  return `${time} ${level} ${event}${shown.join("")}`;
}

/** The longest value that a line for people shows, in characters: as much as is kept of a complaint. */
const maxValue = 2_048;

function textValue(value: string): string {
  if (/^[\w./:@,+-]{1,2048}$/.test(value)) return value;
  const cut = value.length > maxValue;
  // A backslash is escaped already, so that an escaped quote cannot be taken for an end.
  const shown = escapeText(cut ? value.slice(0, maxValue) : value).replaceAll('"', '\\"');
  return `"${shown}${cut ? "…" : ""}"`;
}

/** How long a line may wait for others to be written with, in milliseconds. */
const gathering = 20;

/** How much may wait for a reader that is slow, in characters. */
const maxWaiting = 1_048_576;

/**
 * Writes lines to a stream without ever waiting for it: a reader that stands still costs lines,
 * which are counted and said, and never the daemon's time.
 *
 * @param stream where lines go
 * @returns the writer, and a way to wait until all is written
 */
export function lineWriter(
  stream: { write(bytes: Uint8Array): Promise<number> },
): { write: LineWriter; flush(): Promise<void> } {
  const encoder = new TextEncoder();
  let waiting = "";
  let format: "text" | "json" = "text";
  let dropped = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> | undefined;

  const putFirst = (line: string) => void (waiting = `${line}\n${waiting}`);

  async function drain(): Promise<void> {
    try {
      while (waiting !== "") {
        const bytes = encoder.encode(waiting);
        waiting = "";
        for (let at = 0; at < bytes.length;) at += await stream.write(bytes.subarray(at));
        const told = dropped;
        dropped = 0;
        if (told > 0) createLog(format, putFirst)("warning", "log", { dropped: told });
      }
    } catch {
      // Nobody reads any more: there is no place left to say so.
      waiting = "";
    }
  }

  async function flush(): Promise<void> {
    // First of all, since the next line sets the timer only where none is set.
    clearTimeout(timer);
    timer = undefined;
    while (waiting !== "" || writing !== undefined) {
      await (writing ??= drain().finally(() => writing = undefined));
    }
  }

  return {
    write(line) {
      format = line.startsWith("{") ? "json" : "text";
      if (waiting.length > maxWaiting) dropped++;
      else waiting += `${line}\n`;
      // A write of its own for each line would cost more than what it tells of.
      timer ??= setTimeout(flush, gathering);
    },
    flush,
  };
}
