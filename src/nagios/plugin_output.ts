import { formatPerfdata } from "./format_perfdata.ts";
import { parsePerfdata } from "./parse_perfdata.ts";
import type { Perfdata } from "./perfdata.ts";
import type { State } from "./state.ts";

/**
 * What every check and plugin comes down to, and all that an NRPE response carries: the exit code
 * and the standard output of the Nagios plugin API.
 */
export interface PluginOutput {
  /** What the check says about what it watches. */
  state: State;
  /** First line, long output and perfdata, as the engine gets them. */
  text: string;
}

/** Plugin output taken apart. */
export interface ParsedOutput {
  /** The state, where it was known. */
  state?: State;
  /** The first line, for lists and notifications, without its perfdata. */
  output: string;
  /** The lines after the first, without perfdata; empty where there are none. */
  longOutput: string;
  /** The values of all lines; what is no perfdata is left out. */
  perfdata: Perfdata[];
}

/**
 * Takes plugin output apart as Nagios does (Nagios plugin API, "Plugin Output Spec"): the first
 * line up to its `|` is the output and the rest of that line perfdata; the further lines are long
 * output up to the first `|` among them, and what follows that is perfdata.
 *
 * Nothing is refused. What is no perfdata where perfdata belongs is left out, but for whole lines:
 * those stay long output, and so does what stands before the `|` of a line of their own.
 *
 * @param plugin The text of a plugin, or its text and state
 * @returns The parts, without blanks around the output and at the end of the long output
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

/** Reads the lines after the first: adds to the perfdata, returns the long output. */
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

/** The perfdata that a text holds, and whether it holds nothing else. */
function salvage(text: string): { perfdata: Perfdata[]; complete: boolean } {
  let complete = true;
  const perfdata = parsePerfdata(text, () => complete = false);
  return { perfdata, complete };
}

/**
 * Puts plugin output together: the first line with the perfdata, then the long output.
 *
 * A `|` in the output or long output becomes a blank, since what follows it would be read as
 * perfdata. Lines of the output after its first move to the front of the long output. NUL, where
 * C programs end the text, becomes U+FFFD.
 *
 * @param parts The output, and where there is any, long output and perfdata
 * @returns The text for the engine, without a line break at its end
 * @throws {TypeError | RangeError | SyntaxError} As {@linkcode formatPerfdata}
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

/** The text before a separator and after it. */
function cut(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** What may stand in text on its way to the engine. */
function writable(text: string): string {
  if (!/[|\r\0]/.test(text)) return text;
  return text.replaceAll("\r\n", "\n").replaceAll("|", " ").replaceAll("\0", "\ufffd");
}

// The two below leave U+FEFF and U+00A0 alone, which `trim()` would take, and take linear time,
// which a regular expression for blanks at the end does not.

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
