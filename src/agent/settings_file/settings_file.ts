import type { YAMLException } from "js-yaml";
import { isSpecial } from "../../check/grants.ts";
import { absolutePath } from "../../check/path.ts";
import { createReport, type Diagnostic } from "../diagnostic.ts";
import { type Located, locateValues, plainOf, sourcesOf } from "./located.ts";
import { parseYaml, type YamlEntry } from "./parse_yaml.ts";
import { isRecord } from "../read.ts";
import { hostFields, SETTINGS_FORMAT } from "./table.ts";

/** The contents and the diagnostics of one settings file. */
export interface SettingsFile {
  /** The contents; undefined if the file is empty or cannot be read. */
  located: Located | undefined;
  /** All diagnostics that can be found without the agent. */
  diagnostics: Diagnostic[];
  /** Errors in names and types, which `describeAgent()` finds again. */
  tableErrors: Diagnostic[];
  /** The reason why the file may not define shell lines; undefined if it may. */
  untrusted?: string | undefined;
}

/** The maximum size of a settings file, in bytes. */
const maxSize = 1_048_576;

/**
 * Reads one settings file, and finds its errors.
 *
 * @param path the path of the file
 * @param included whether another file includes it
 * @returns contents and diagnostics
 */
export async function readSettingsFile(path: string, included: boolean): Promise<SettingsFile> {
  const diagnostics: Diagnostic[] = [];
  const add = (severity: Diagnostic["severity"], message: string, place = path): SettingsFile => {
    diagnostics.push({ place, message, severity });
    return { located: undefined, diagnostics, tableErrors: [] };
  };
  if (path.includes(",")) {
    return add("error", "Cannot read the file: expected a path without a comma");
  }
  if (path.startsWith("/") && isSpecial(absolutePath(path))) {
    return add(
      "error",
      "Cannot read the file: the runtime cannot read files below /dev, /proc and /sys",
    );
  }
  let text: string;
  let untrusted: string | undefined;
  try {
    const { isFile, size, mode, uid } = await Deno.stat(path);
    if (!isFile) return add("error", "Cannot read the file: It is not a regular file");
    if (size > maxSize) {
      return add("error", `File of ${size} bytes is too large: expected at most ${maxSize} bytes`);
    }
    if (((mode ?? 0) & 0o002) !== 0) add("warning", "File is world-writable: expected mode 0644");
    untrusted = whyUntrusted(uid, mode);
    text = await Deno.readTextFile(path);
  } catch (error) {
    return add("error", `Cannot read the file: ${whyUnread(error)}`);
  }

  let document: YamlEntry;
  try {
    document = parseYaml(text);
  } catch (error) {
    return add("error", ...explainSyntax(error as Error, path));
  }
  if (document.node.value === null) return { located: undefined, diagnostics, tableErrors: [] };
  if (document.node.entries === undefined) {
    return add("error", 'Invalid settings: expected a map such as "timeout: 30s"', `${path}:1`);
  }

  const found: Diagnostic[] = [];
  const located = locateValues(document, path, found);
  const sources = sourcesOf(located);
  const unlocated: Diagnostic[] = [];
  const report = createReport(unlocated);
  const plain = plainOf(located);
  // The contents of another format are unknown, so only the format is an error then.
  const { format = SETTINGS_FORMAT } = (isRecord(plain) ? plain : {}) as { format?: unknown };
  hostFields(format === SETTINGS_FORMAT ? plain : { format }, report);
  const tableErrors = unlocated.map((error) => ({
    ...error,
    source: sources.get(error.place) ?? path,
  }));
  if (included && sources.has("include")) {
    found.push({
      place: "include",
      source: sources.get("include")!,
      message:
        "An included file cannot include other files: add these paths to the first settings file",
      severity: "error",
    });
  }
  found.push(...tableErrors);
  found.sort((one, other) => lineOf(one) - lineOf(other));
  return { located, diagnostics: [...diagnostics, ...found], tableErrors, untrusted };
}

/** Returns why other users can decide what a file contains; undefined if they cannot. */
function whyUntrusted(uid: number | null, mode: number | null): string | undefined {
  if (uid === null || mode === null) return undefined;
  if ((mode & 0o022) !== 0) return "a group or all users can write to it: expected mode 0644";
  if (uid === 0 || uid === ownUid()) return undefined;
  return `it belongs to user ${uid}: expected root or the user of the daemon`;
}

function ownUid(): number | undefined {
  try {
    return Deno.uid() ?? undefined;
  } catch {
    // The daemon has the permission if the agent sets hostShell. Other processes do not decide.
    return undefined;
  }
}

function lineOf({ source }: Diagnostic): number {
  return Number(/\d+$/.exec(source ?? "")?.[0] ?? 0);
}

// The parser's message is not used, because it contains a snippet of the file, which may be a
// secret.
function explainSyntax(error: Error, path: string): [message: string, place: string] {
  const { reason = error.message, mark }: Partial<YAMLException> = error;
  return [`Cannot parse YAML: ${reason}`, mark === undefined ? path : `${path}:${mark.line + 1}`];
}

/** Returns the reason why a file cannot be read. */
export function whyUnread(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "No such file";
  if (error instanceof Deno.errors.PermissionDenied) return "Permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "It is a folder";
  if (error instanceof Deno.errors.NotCapable) {
    return "the runtime cannot read files below /dev, /proc and /sys, and a pattern must not search " +
      "these folders";
  }
  return (error as Error).message;
}
