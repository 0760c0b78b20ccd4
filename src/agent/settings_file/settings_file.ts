import type { YAMLException } from "js-yaml";
import { createReport, type Diagnostic } from "../diagnostic.ts";
import { type Located, locateValues, plainOf, sourcesOf } from "./located.ts";
import { parseYaml, type YamlEntry } from "./parse_yaml.ts";
import { hostFields } from "./table.ts";

/** One settings file, read by itself. */
export interface SettingsFile {
  /** What it says; undefined where that cannot be told. */
  located: Located | undefined;
  /** Everything that is wrong with it, but for what only the agent can tell. */
  diagnostics: Diagnostic[];
  /** Those that the agent would find again: of names and types. */
  faults: Diagnostic[];
}

/** A settings file that is larger is none, in bytes. */
const maxSize = 1_048_576;

/**
 * Reads one settings file and finds what is wrong with it.
 *
 * @param path the file
 * @param included whether another one includes it
 * @returns what it says
 */
export async function readSettingsFile(path: string, included: boolean): Promise<SettingsFile> {
  const diagnostics: Diagnostic[] = [];
  const say = (severity: Diagnostic["severity"], message: string, place = path): SettingsFile => {
    diagnostics.push({ place, message, severity });
    return { located: undefined, diagnostics, faults: [] };
  };
  let text: string;
  try {
    const { isFile, size, mode } = await Deno.stat(path);
    if (!isFile) return say("error", "Cannot read it: It is not a file");
    if (size > maxSize) return say("error", `Cannot read it: expected at most ${maxSize} bytes`);
    if (((mode ?? 0) & 0o002) !== 0) say("warning", "File is world-writable: expected mode 0644");
    text = await Deno.readTextFile(path);
  } catch (error) {
    return say("error", `Cannot read it: ${whyUnread(error)}`);
  }

  let document: YamlEntry;
  try {
    document = parseYaml(text);
  } catch (error) {
    return say("error", ...explainSyntax(error as Error, path));
  }
  if (document.node.value === null) return { located: undefined, diagnostics, faults: [] };
  if (document.node.entries === undefined) {
    return say("error", 'Expected names and values, such as "timeout: 30s"', `${path}:1`);
  }

  const found: Diagnostic[] = [];
  const located = locateValues(document, path, found);
  const sources = sourcesOf(located);
  const unlocated: Diagnostic[] = [];
  const report = createReport(unlocated);
  hostFields(plainOf(located), report);
  const faults = unlocated.map((fault) => ({ ...fault, source: sources.get(fault.place) ?? path }));
  if (included && sources.has("include")) {
    found.push({
      place: "include",
      source: sources.get("include")!,
      message: "An included file includes nothing: expected it in the file that includes this one",
      severity: "error",
    });
  }
  found.push(...faults);
  found.sort((one, other) => lineOf(one) - lineOf(other));
  return { located, diagnostics: [...diagnostics, ...found], faults };
}

function lineOf({ source }: Diagnostic): number {
  return Number(/\d+$/.exec(source ?? "")?.[0] ?? 0);
}

// Without the snippet that the message shows: it may contain a secret.
function explainSyntax(error: Error, path: string): [message: string, place: string] {
  const { reason = error.message, mark }: Partial<YAMLException> = error;
  return [`Cannot parse YAML: ${reason}`, mark === undefined ? path : `${path}:${mark.line + 1}`];
}

/** Says why a file cannot be read. */
export function whyUnread(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "No such file";
  if (error instanceof Deno.errors.PermissionDenied) return "Permission denied";
  return (error as Error).message;
}
