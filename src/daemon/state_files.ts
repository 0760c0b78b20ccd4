import { sha256 } from "../agent/deployment.ts";
import { MAX_STATES, type StateStore } from "../runner/state_store.ts";
import {
  DIGITS,
  formatStateFile,
  listStateFiles,
  readStateFile,
  removeStateFile,
  replaceStateFile,
  whyFailed,
} from "./state_file.ts";

/** The folder of the states in the state directory. */
export const STATE_FOLDER = "check_state";

/** Receives the reason why the state of a command cannot be read or stored. */
export type ReportState = (command: string, reason: string) => void;

/** States of commands that survive the process. */
export interface StateFiles extends StateStore {
  /**
   * Removes the states of all commands that are not in the list, and stores no further ones. Files of
   * a newer version of Checkwright are kept. It never rejects.
   */
  retain(commands: readonly string[]): Promise<void>;
  /** Waits until all new states are stored. */
  flush(): Promise<void>;
}

/** The maximum number of states that wait to be stored; the disk may be slow. */
const maxPending = 256;

/** The time for which an error that was reported is not reported again. */
const silentMilliseconds = 600_000;

/** Identifies a state. */
interface StateKey {
  command: string;
  options: string;
}

interface Job extends StateKey {
  json: string | null;
}

/**
 * Stores states in files: one file for each command and each set of parsed options. The names of the
 * files are digests, because commands and options may contain any characters. The daemon reads a
 * file when a check runs: it keeps no values in memory.
 *
 * @param folder the folder, which only this user can change; it may be missing
 * @param report called once for each reason in ten minutes
 * @param create creates the folder if it is missing when a state is stored
 * @returns the states
 */
export function openStateFiles(
  folder: string,
  report: ReportState,
  create: () => Promise<void> = () => createFolder(folder),
): StateFiles {
  const pending = new Map<string, Job>();
  const digests = new Map<string, string>();
  const reported = new Map<string, number>();
  // By the digest of a command: the names of its files, the least recently used first.
  const files = new Map<string, Set<string>>();
  // The files that this process has read or written, so that they have no newer format.
  const readable = new Set<string>();
  let isLoaded = false;
  let retained: ReadonlySet<string> | undefined;
  let draining: Promise<void> | undefined;
  const loaded = load();

  async function load(): Promise<void> {
    for (const name of await listStateFiles(folder)) filesOf(name.slice(0, DIGITS)).add(name);
    isLoaded = true;
  }

  function filesOf(digest: string): Set<string> {
    let names = files.get(digest);
    if (names === undefined) files.set(digest, names = new Set());
    return names;
  }

  async function digestOf(command: string): Promise<string> {
    let digest = digests.get(command);
    if (digest === undefined) {
      digests.set(command, digest = (await sha256(command)).slice(0, DIGITS));
    }
    return digest;
  }

  // Returns the name of the file, and the names of all files of the command.
  async function locate({ command, options }: StateKey): Promise<[string, Set<string>]> {
    await loaded;
    const digest = await digestOf(command);
    const own = await sha256(JSON.stringify([command, options]));
    return [`${digest}-${own.slice(0, DIGITS)}.json`, filesOf(digest)];
  }

  function complain(command: string, reason: string): void {
    const now = performance.now();
    if (now - (reported.get(reason) ?? -Infinity) < silentMilliseconds) return;
    if (reported.size >= maxPending) reported.clear();
    reported.set(reason, now);
    report(command, reason);
  }

  // Returns the stored state; undefined if the file must not be changed.
  async function find(command: string, name: string): Promise<string | null | undefined> {
    const path = `${folder}/${name}`;
    const found = await readStateFile(path);
    if ("newer" in found) {
      complain(
        command,
        `${path} has format ${found.newer}, which this version cannot read: the file is not ` +
          "changed, and the command has no state",
      );
      return undefined;
    }
    readable.add(name);
    if ("json" in found && found.command === command) return found.json;
    if (!("missing" in found)) complain(command, `${path} is damaged and is ignored`);
    return null;
  }

  async function forget(names: Set<string>, name: string): Promise<void> {
    if (!await removeStateFile(`${folder}/${name}`)) return;
    names.delete(name);
    readable.delete(name);
  }

  async function store(job: Job): Promise<void> {
    const [name, names] = await locate(job);
    const isNew = !names.has(name);
    if (!isNew && !readable.has(name) && await find(job.command, name) === undefined) return;
    if (job.json === null) {
      if (!isNew) await Deno.remove(`${folder}/${name}`).catch(unlessMissing);
      names.delete(name);
      readable.delete(name);
      return;
    }
    for (const oldest of names) {
      if (!isNew || names.size < MAX_STATES) break;
      await forget(names, oldest);
    }
    const text = formatStateFile(job.command, job.json);
    await replaceStateFile(folder, name, text).catch(async (error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      await create();
      await replaceStateFile(folder, name, text);
    });
    readable.add(name);
    names.delete(name);
    names.add(name);
  }

  // One after the other: a slow disk must not occupy all threads of the runtime.
  async function drain(): Promise<void> {
    for (let first; (first = pending.entries().next().value) !== undefined;) {
      const [key, job] = first;
      try {
        await store(job);
      } catch (error) {
        complain(job.command, `Cannot write ${folder}: ${whyFailed(error)}`);
      }
      if (pending.get(key) === job) pending.delete(key);
    }
    draining = undefined;
  }

  return {
    // Until the digest of a command is known, its runs call `read()`, even if nothing is stored.
    has(command) {
      const digest = digests.get(command);
      if (!isLoaded || digest === undefined) return true;
      return (files.get(digest)?.size ?? 0) > 0 ||
        pending.values().some((job) => job.command === command);
    },
    async read(command, options) {
      const waiting = pending.get(keyOf({ command, options }));
      if (waiting !== undefined) return waiting.json;
      try {
        const [name, names] = await locate({ command, options });
        if (!names.delete(name)) return null;
        names.add(name);
        return await find(command, name) ?? null;
      } catch (error) {
        complain(command, `Cannot read ${folder}: ${whyFailed(error)}`);
        return null;
      }
    },
    write(command, options, json) {
      if (retained?.has(command) === false) return;
      const key = keyOf({ command, options });
      if (pending.size >= maxPending && !pending.has(key)) {
        return complain(command, `Cannot write ${folder}: too many states wait to be stored`);
      }
      // A state that is being stored now is stored again.
      pending.delete(key);
      pending.set(key, { command, options, json });
      draining ??= drain();
    },
    async retain(commands) {
      retained = new Set(commands);
      await loaded;
      const kept = new Set(await Promise.all(commands.map(digestOf)));
      for (const [digest, names] of files) {
        if (kept.has(digest)) continue;
        for (const name of names) await forget(names, name);
        if (names.size === 0) files.delete(digest);
      }
    },
    async flush() {
      while (draining !== undefined) await draining;
    },
  };
}

function keyOf({ command, options }: StateKey): string {
  return JSON.stringify([command, options]);
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function createFolder(folder: string): Promise<void> {
  await Deno.mkdir(folder, { mode: 0o700 }).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  });
}
