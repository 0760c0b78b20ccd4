import { dirname, relative, resolve } from "node:path/posix";
import { pathToFileURL } from "node:url";
import type { Diagnostic } from "../agent/diagnostic.ts";
import { whyForeign } from "../project/foreign_modules.ts";
import { sourcePlaces } from "../runner/source_places.ts";
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
  const found = lines.findIndex((line) => placeLine.test(line));
  const text = clean((found < 0 ? lines : lines.slice(0, found)).join("\n")).replace(
    /^SyntaxError: /,
    "",
  );
  const at = await showPlace(lines[found], agent);
  if (at === undefined) {
    return { place: agent, message: `Cannot bundle: ${text}`, severity: "error" };
  }
  const message = at.foreign === undefined
    ? `Cannot bundle: ${text}${at.frame}`
    : `Cannot import this file: ${at.foreign}`;
  return { place: at.place, message, severity: "error" };
}

/** The last line of an error at the top level of the agent: `    at checks/queue.ts:3:23`. */
const evaluatedLine = /\n {4}at (?:.*\()?([^()\n]+):(\d+):(\d+)\)?$/;

/**
 * Converts the error of the agent's top-level code to a diagnostic.
 *
 * @param reason the message, and the place in a module of the agent if it is known
 * @param agent the agent's module: the place of the diagnostic if the message does not name one
 * @param bundle the agent's bundle with its source map
 * @returns an error with file, line, column and the line of code
 */
export async function readLoadError(
  reason: string,
  agent: string,
  bundle: string,
): Promise<Diagnostic> {
  const [, builtin] = /^NotCapable: ((?:node:)?[a-z_/]+) is not for a check$/m.exec(reason) ?? [];
  const importer = builtin && importerOf(builtin, bundle);
  const located = importer === undefined || evaluatedLine.test(reason)
    ? reason
    : `${reason}\n    at ${importer}`;
  const [line, source, row, column] = evaluatedLine.exec(located) ?? [];
  const text = line === undefined ? located : located.slice(0, -line.length);
  const library = /^npm:(.+?)\/([\d.]+[^/]*)\//.exec(source ?? "");
  if (library !== null) {
    const name = `npm:${library[1]}@${library[2]}`;
    return { place: agent, message: explainLibrary(name, text, builtin), severity: "error" };
  }
  // Removes the runtime's advice about permissions: the top level of an agent cannot get any.
  const message = `Cannot evaluate it: ${text.replace(/, run again with the .* flag$/, "")}`;
  const at = source === undefined ? undefined : await findSource(source, row!, column!, agent);
  if (at === undefined) return { place: agent, message, severity: "error" };
  return { place: at.place, message: `${message}${at.frame}`, severity: "error" };
}

function explainLibrary(name: string, text: string, builtin: string | undefined): string {
  if (builtin !== undefined) {
    return `Cannot import ${name}: it requires ${builtin}, which is not available in a check`;
  }
  const [, kind, target] = /^NotCapable: Requires (\w+) access to (".*")/.exec(text) ?? [];
  return kind === undefined
    ? `Cannot import ${name}: ${text}`
    : `Cannot import ${name}: it needs ${kind} ${target} when it is imported, and then no permission ` +
      "applies. Import it in the function run, with await import(), and declare the permission";
}

// An import of a built-in module is evaluated before the modules of the bundle, without a place.
function importerOf(builtin: string, bundle: string): string | undefined {
  const name = builtin.replace(/^node:/, "");
  const at = bundle.search(
    new RegExp(`(?:\\bfrom|\\bimport|require\\d*\\()\\s*"(?:node:)?${name}"`),
  );
  if (at < 0) return undefined;
  const lines = bundle.slice(0, at).split("\n");
  const place = sourcePlaces(bundle)(`agent.js:${lines.length}:${lines.at(-1)!.length + 1}`);
  return place.startsWith("agent.js:") ? undefined : place;
}

/** The calls of a stack, without those in URLs: modules of the runtime, and of servers. */
const calls = /^ {4}at (?:.*\()?(?![a-z]+:)([^()\n]+):(\d+):(\d+)\)?$/m;

/**
 * Returns the line of code that the first call of a stack in a module of the agent names, with a
 * mark.
 *
 * @param stack a stack with places in the modules of an agent
 * @param agent the agent's module
 * @param loaded the time when the agent was loaded: a module that was changed later has other lines
 * @returns two lines; undefined if the stack names no such module of the project
 */
export async function frameOf(
  stack: string,
  agent: string,
  loaded = new Date(),
): Promise<string | undefined> {
  const [, source, row, column] = calls.exec(stack) ?? [];
  if (source === undefined) return undefined;
  const { mtime } = await Deno.stat(await pathOf(source, agent));
  if (mtime === null || mtime > loaded) return undefined;
  return (await findSource(source, row!, column!, agent))?.frame.slice(1) || undefined;
}

/** A source map names modules relative to the folder of the agent. */
async function pathOf(source: string, agent: string): Promise<string> {
  return resolve(dirname(await Deno.realPath(agent)), source);
}

async function findSource(
  source: string,
  row: string,
  column: string,
  agent: string,
): Promise<Place | undefined> {
  if (/^[a-z]+:/.test(source)) return undefined;
  const url = pathToFileURL(await pathOf(source, agent));
  return await showPlace(`    at ${url}:${row}:${column}`, agent);
}

/**
 * Converts the output of `deno check` to diagnostics.
 *
 * @param output the output, without colours
 * @param agent the agent's module
 * @returns a warning for each type error, with the line of code
 */
export async function readTypeErrors(output: string, agent: string): Promise<Diagnostic[]> {
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
    const { place, frame, foreign } = (await showPlace(line, agent))!;
    const message = foreign === undefined
      ? `${clean(text!)} (${code})${frame}`
      : `Cannot import this file: ${foreign}`;
    found.push({ place, message, severity: "warning" });
  }
  return found;
}

function clean(text: string): string {
  return text.replaceAll(frameLines, "").replaceAll(/\n\s*(?=\n|$)/g, "").trim();
}

interface Place {
  /** File, line and column of the error. */
  place: string;
  /** The line of code; empty if it is gone or must not be shown. */
  frame: string;
  /** The reason why the agent may not import the file; undefined if it may. */
  foreign?: string;
}

async function showPlace(line = "", agent: string): Promise<Place | undefined> {
  const [, url, row, column] = placeLine.exec(line) ?? [];
  if (url === undefined) return undefined;
  const path = decodeURIComponent(new URL(url).pathname);
  const near = relative(Deno.cwd(), path);
  const place = `${near.startsWith("../") ? path : near}:${row}:${column}`;
  try {
    const foreign = await whyForeign(path, agent);
    if (foreign !== undefined) return { place, frame: "", foreign };
    const code = (await Deno.readTextFile(path)).split(/\r?\n/)[Number(row) - 1] ?? "";
    return { place, frame: `\n${codeFrame(code, Number(row), Number(column))}` };
  } catch {
    // The file was removed in the meantime.
    return { place, frame: "" };
  }
}
