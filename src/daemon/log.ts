import { escapeText } from "../nagios/text.ts";

/** The severity of an event. */
export type Level = "info" | "warning" | "error";

/** The data of an event. Undefined fields are omitted. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes one event. */
export type Log = (level: Level, event: string, fields?: Fields) => void;

/** Receives lines. */
export type LineWriter = (line: string) => void;

const levels: readonly Level[] = ["info", "warning", "error"];

/**
 * Makes a log with one event a line. Control characters from the wire or from a plugin are escaped,
 * so that they cannot add a line or colour a terminal.
 *
 * @param settings text for people, or JSON; events below the level are dropped
 * @param write receives each line, without its newline
 * @param now returns the time
 * @returns the log
 */
export function createLog(
  { format, level: least }: { format: "text" | "json"; level: Level },
  write: LineWriter,
  now: () => Date = () => new Date(),
): Log {
  const line = format === "json" ? jsonLine : textLine;
  const from = levels.indexOf(least);
  return (level, event, fields = {}) => {
    if (levels.indexOf(level) >= from) write(line(now().toISOString(), level, event, fields));
  };
}

function jsonLine(time: string, level: Level, event: string, fields: Fields): string {
  // JSON escapes line breaks. U+2028, bidi marks and lone surrogates are escaped here.
  const escaped = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === "string" ? shown(value) : value,
  ]);
  return JSON.stringify({ time, level, event, ...Object.fromEntries(escaped) });
}

function textLine(time: string, level: Level, event: string, fields: Fields): string {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${typeof value === "string" ? textValue(value) : value}`);
  return `${time} ${level} ${event}${parts.join("")}`;
}

/** The longest value, in characters; as long as the longest kept stderr. */
const maxValue = 2_048;

// A client could write 64 KiB per query otherwise, and six times as much with control characters.
function shown(value: string): string {
  const cut = value.length > maxValue;
  return escapeText(cut ? value.slice(0, maxValue) : value) + (cut ? "…" : "");
}

function textValue(value: string): string {
  if (/^[\w./:@,+-]{1,2048}$/.test(value)) return value;
  // Backslashes are escaped already, so that an escaped quote cannot end the value.
  return `"${shown(value).replaceAll('"', '\\"')}"`;
}

/** Maximum time that a line waits to be written together with others, in milliseconds. */
const gathering = 20;

/** Maximum number of characters that wait for a slow reader. */
const maxWaiting = 1_048_576;

/**
 * Writes lines to a stream without ever waiting for it. If its reader is too slow, lines are
 * dropped and the log reports their number; the daemon is not delayed.
 *
 * @param stream receives the lines
 * @returns the writer, and a function that waits until all lines are written
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
        const reported = dropped;
        dropped = 0;
        if (reported > 0) {
          createLog({ format, level: "info" }, putFirst)("warning", "log", { dropped: reported });
        }
      }
    } catch {
      // The reader is gone, so the lost lines cannot be reported.
      waiting = "";
    }
  }

  async function flush(): Promise<void> {
    // The timer is removed first: the next line starts a timer only if none is set.
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
      // One write per line would cost more than the event itself.
      timer ??= setTimeout(flush, gathering);
    },
    flush,
  };
}
