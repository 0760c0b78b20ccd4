import { relative } from "node:path/posix";
import type { Diagnostic } from "../agent/diagnostic.ts";
import { codeFrame } from "./code_frame.ts";

/** The last line of what Deno says of a place: `    at file:///srv/agent.ts:3:23`. */
const placeLine = /^\s+at (file:\/\/\S+):(\d+):(\d+)$/;

/** What Deno shows of the code itself: numbered lines, or one underlined. */
const frameLines = /^\s*\d*\s\|.*$|^.*\n\s*(?:~+|\^)\s*$/gm;

/**
 * Makes a diagnostic of what the bundler complains of.
 *
 * @param complaint its text, without colours
 * @param agent what was bundled, where the complaint names no place
 * @returns an error at file, line and column, with the line of code
 */
export async function readBundleFault(complaint: string, agent: string): Promise<Diagnostic> {
  const lines = complaint.split("\n");
  const at = lines.findIndex((line) => placeLine.test(line));
  const text = clean((at < 0 ? lines : lines.slice(0, at)).join("\n")).replace(
    /^SyntaxError: /,
    "",
  );
  const { place, frame } = await showPlace(lines[at]) ?? { place: agent, frame: "" };
  return { place, message: `Cannot bundle it: ${text}${frame}`, severity: "error" };
}

/**
 * Makes diagnostics of what `deno check` prints.
 *
 * @param output its text, without colours
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
    // Places that an error refers to come behind it, without a number of their own.
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
    // It has gone since.
    return { place, frame: "" };
  }
}
