import { formatPerfdata } from "./format_perfdata.ts";
import { parsePerfdata } from "./parse_perfdata.ts";
import type { Perfdata } from "./perfdata.ts";
import type { State } from "./state.ts";

/**
 * The result of a check or plugin, as the Nagios plugin API defines it: an exit code and the
 * standard output. An NRPE response contains nothing else.
 */
export interface PluginOutput {
  /** The state; the exit code of a plugin. */
  state: State;
  /** First line, long output and perfdata, as the engine receives them. */
  text: string;
}

/** The parts of plugin output. */
export interface ParsedOutput {
  /** The state; absent if the input was a string. */
  state?: State;
  /** The first line, for lists and notifications, without its perfdata. */
  output: string;
  /** The lines after the first, without perfdata; may be empty. */
  longOutput: string;
  /** The values of all lines; malformed perfdata is omitted. */
  perfdata: Perfdata[];
}

/**
 * Splits plugin output into output, long output and perfdata, as Nagios does (Nagios plugin API,
 * "Plugin Output Spec"). The first line up to its `|` is the output; the rest of that line is
 * perfdata. The other lines up to the next `|` are long output; the text after it is perfdata.
 *
 * It never throws. Malformed perfdata is omitted. After the second `|`, a line without any perfdata
 * is long output, and so is the text before the `|` of a later line.
 *
 * @param plugin the text of a plugin, or its text and state
 * @returns the parts, without blanks around the output and at the end of the long output
 *
 * @example
 * ```ts
 * import { parsePluginOutput } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parsePluginOutput("DISK OK | /=42%\n/ has room\n/var has room | /var=7%"), {
 *   output: "DISK OK",
 *   longOutput: "/ has room\n/var has room",
 *   perfdata: [{ label: "/", value: 42, uom: "%" }, { label: "/var", value: 7, uom: "%" }],
 * });
 * ```
 */
export function parsePluginOutput(plugin: string | PluginOutput): ParsedOutput {
  const text = (typeof plugin === "string" ? plugin : plugin.text).replaceAll("\r\n", "\n");
  const [first, rest] = cut(text, "\n");
  const [output, firstPerfdata] = cut(first, "|");
  const perfdata = salvage(firstPerfdata).perfdata;
  return {
    ...(typeof plugin === "string" ? {} : { state: plugin.state }),
    output: trimEnd(trimStart(output)),
    longOutput: readLongOutput(rest, perfdata),
    perfdata,
  };
}

/** Reads the lines after the first. Adds their values to `perfdata` and returns the long output. */
function readLongOutput(text: string, perfdata: Perfdata[]): string {
  if (!text.includes("|")) return trimEnd(text);
  const longOutput: string[] = [];
  let afterBar = false;
  for (const line of text.split("\n")) {
    const bar = line.indexOf("|");
    const whole = afterBar ? salvage(line) : undefined;
    if (whole && (whole.complete || bar < 0 && whole.perfdata.length > 0)) {
      perfdata.push(...whole.perfdata);
    } else if (bar < 0) {
      longOutput.push(line);
    } else {
      const before = trimEnd(line.slice(0, bar));
      if (before !== "") longOutput.push(before);
      perfdata.push(...salvage(line.slice(bar + 1)).perfdata);
      afterBar = true;
    }
  }
  return trimEnd(longOutput.join("\n"));
}

/** Reads the valid perfdata of a string; `complete` if nothing in it is malformed. */
function salvage(text: string): { perfdata: Perfdata[]; complete: boolean } {
  let complete = true;
  const perfdata = parsePerfdata(text, () => complete = false);
  return { perfdata, complete };
}

/**
 * Writes plugin output: the first line with the perfdata, then the long output.
 *
 * A `|` in the output or long output becomes a blank, because an engine reads the text after it as
 * perfdata. If the output has several lines, all but the first move to the front of the long output.
 * NUL becomes U+FFFD, because C programs end the text at a NUL.
 *
 * @param parts the output, and optionally long output and perfdata
 * @returns the text for the engine, without a line break at its end
 * @throws {TypeError | RangeError | SyntaxError} as {@linkcode formatPerfdata}
 *
 * @example
 * ```ts
 * import { formatPluginOutput } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatPluginOutput({
 *     output: "3 users",
 *     longOutput: "root on tty1",
 *     perfdata: [{ label: "users", value: 3 }],
 *   }),
 *   "3 users|users=3\nroot on tty1",
 * );
 * ```
 */
export function formatPluginOutput(
  parts: {
    output: string;
    longOutput?: string | undefined;
    perfdata?: readonly Perfdata[] | undefined;
  },
): string {
  const [output, overflow] = cut(trimEnd(trimStart(writable(parts.output))), "\n");
  const longOutput = trimEnd(writable(parts.longOutput ?? ""));
  const perfdata = formatPerfdata(parts.perfdata ?? []);
  let text = trimEnd(output);
  if (perfdata !== "") text += `|${perfdata}`;
  if (overflow !== "") text += `\n${overflow}`;
  if (longOutput !== "") text += `\n${longOutput}`;
  return text;
}

/** The text before and after the first separator. */
function cut(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Replaces the characters that output and long output must not contain. */
function writable(text: string): string {
  if (!/[|\r\0]/.test(text)) return text;
  return text.replaceAll("\r\n", "\n").replaceAll("|", " ").replaceAll("\0", "\ufffd");
}

// Unlike `trim()`, these two functions keep U+FEFF and U+00A0. Unlike a regular expression for blanks
// at the end, they take linear time.

function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  return start === 0 ? text : text.slice(start);
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** A space, or one of tab, line feed, vertical tab, form feed and carriage return. */
function isBlank(unit: number): boolean {
  return unit === 0x20 || unit >= 0x09 && unit <= 0x0d;
}
