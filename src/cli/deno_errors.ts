import { relative } from "node:path/posix";
import type { Diagnostic } from "../agent/diagnostic.ts";
import { codeFrame } from "./code_frame.ts";

/** The last line of an error of Deno, the place: `    at file:///srv/agent.ts:3:23`. */
const placeLine = /^\s+at (file:\/\/\S+):(\d+):(\d+)$/;

/** The code that Deno shows with an error: numbered lines, or one underlined line. */
const frameLines = /^\s*\d*\s\|.*$|^.*\n\s*(?:~+|\^)\s*$/gm;

/**
 * Converts an error message of the bundler to a diagnostic.
 *
 * @param output the message, without colours
 * @param agent the agent's module: the place of the diagnostic if the message does not name one
 * @returns an error with file, line, column and the line of code
 */
export async function readBundleError(output: string, agent: string): Promise<Diagnostic> {
  const lines = output.split("\n");
  const at = lines.findIndex((line) => placeLine.test(line));
  const text = clean((at < 0 ? lines : lines.slice(0, at)).join("\n")).replace(
    /^SyntaxError: /,
    "",
  );
  const { place, frame } = await showPlace(lines[at]) ?? { place: agent, frame: "" };
  return { place, message: `Cannot bundle it: ${text}${frame}`, severity: "error" };
}

/**
 * Converts the output of `deno check` to diagnostics.
 *
 * @param output the output, without colours
 * @returns a warning for each type error, with the line of code
 */
export async function readTypeErrors(output: string): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  let block: string[] = [];
  for (const line of output.split("\n")) {
    if (!placeLine.test(line)) {
      block.push(line);
      continue;
    }
    // After an error, Deno lists the places that it refers to. They have no error number.
    const [, code, text] = /^(TS\d+) \[ERROR\]: (.*)$/s.exec(block.join("\n").trim()) ?? [];
    block = [];
    if (code === undefined) continue;
    const { place, frame } = (await showPlace(line))!;
    found.push({ place, message: `${clean(text!)} (${code})${frame}`, severity: "warning" });
  }
  return found;
}

function clean(text: string): string {
  return text.replaceAll(frameLines, "").replaceAll(/\n\s*(?=\n|$)/g, "").trim();
}

async function showPlace(line = ""): Promise<{ place: string; frame: string } | undefined> {
  const [, url, row, column] = placeLine.exec(line) ?? [];
  if (url === undefined) return undefined;
  const path = decodeURIComponent(new URL(url).pathname);
  const near = relative(Deno.cwd(), path);
  const place = `${near.startsWith("../") ? path : near}:${row}:${column}`;
  try {
    const code = (await Deno.readTextFile(path)).split(/\r?\n/)[Number(row) - 1] ?? "";
    return { place, frame: `\n${codeFrame(code, Number(row), Number(column))}` };
  } catch {
    // The file was removed in the meantime.
    return { place, frame: "" };
  }
}
