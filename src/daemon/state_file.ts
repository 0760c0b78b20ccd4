import { isStateJson } from "../check/check_state.ts";

/** The version of the format. A file of a newer version is neither read nor changed. */
const version = 1;

/** The largest file that is read: a state whose characters are all escaped twice. */
const maxBytes = 1_048_576;

/** The number of hexadecimal digits of a digest in the name of a file. */
export const DIGITS = 32;

/** The length of a name: two digests, a hyphen and the extension. */
const nameLength = 2 * DIGITS + "-.json".length;

/** The age of a temporary file whose process was killed. */
const abandonedMilliseconds = 60_000;

/** The contents of the file of a state. */
export type StateFile =
  /** The state as JSON, and the command that it belongs to. */
  | { command: string; json: string }
  /** The version of the format, which is newer than that of this program. */
  | { newer: number }
  | { damaged: true }
  | { missing: true };

/** Formats the file of a state. All versions of the format are JSON objects with a `version`. */
export function formatStateFile(command: string, json: string): string {
  return `${JSON.stringify({ version, command, state: json })}\n`;
}

/**
 * Reads the file of a state.
 *
 * @param path the path of the file
 * @returns the contents
 * @throws if the file cannot be read
 */
export async function readStateFile(path: string): Promise<StateFile> {
  let text: string;
  try {
    const { isFile, size } = await Deno.lstat(path);
    if (!isFile || size > maxBytes) return { damaged: true };
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { missing: true };
    throw error;
  }
  return parseStateFile(text);
}

function parseStateFile(text: string): StateFile {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content !== "object" || content === null) return { damaged: true };
    const { version: format, command, state } = content as Record<string, unknown>;
    if (typeof format === "number" && format > version) return { newer: format };
    if (format === version && typeof command === "string" && isStateJson(state)) {
      return { command, json: state };
    }
  } catch {
    // The file is incomplete.
  }
  return { damaged: true };
}

/**
 * Removes the file of a state.
 *
 * @param path the path of the file
 * @returns whether it was removed: a file that cannot be read, or has the format of a newer version,
 * is kept
 */
export async function removeStateFile(path: string): Promise<boolean> {
  try {
    if ("newer" in await readStateFile(path)) return false;
    await Deno.remove(path);
    return true;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/**
 * Replaces the file of a state. A reader, or the next daemon after a loss of power, finds the old
 * file or the new one.
 *
 * @param folder the folder of the file
 * @param name the name of the file
 * @param text the new contents
 * @throws if the file cannot be written
 */
export async function replaceStateFile(folder: string, name: string, text: string): Promise<void> {
  const temporary = `${folder}/.${name}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.writeTextFile(temporary, text, { createNew: true, mode: 0o600 });
    await Deno.rename(temporary, `${folder}/${name}`);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Lists the files of states in a folder. Removes temporary files of processes that were killed.
 *
 * @param folder the folder; it may be missing
 * @returns the names, the least recently changed first
 */
export async function listStateFiles(folder: string): Promise<string[]> {
  const found: { name: string; time: number }[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const complete = isStateFileName(name);
      if (!complete && !isTemporary(name)) continue;
      const path = `${folder}/${name}`;
      const time = await timeOf(path);
      if (complete) found.push({ name, time });
      else if (Date.now() - time > abandonedMilliseconds) await Deno.remove(path).catch(() => {});
    }
  } catch {
    // The folder does not exist yet. If it cannot be read, the first write reports an error.
  }
  return found.sort((a, b) => a.time - b.time).map(({ name }) => name);
}

async function timeOf(path: string): Promise<number> {
  const info = await Deno.lstat(path).catch(() => undefined);
  return info?.mtime?.getTime() ?? Date.now();
}

function isStateFileName(name: string): boolean {
  return /^[0-9a-f]{32}-[0-9a-f]{32}\.json$/.test(name);
}

function isTemporary(name: string): boolean {
  return /^\..*\.tmp$/.test(name) && isStateFileName(name.slice(1, 1 + nameLength));
}

/** Returns the first part of the message of an error, without the path of a temporary file. */
export function whyFailed(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "this process has no permission for it";
  return (error as Error).message.split(/ \(os error|, |: /)[0]!;
}
