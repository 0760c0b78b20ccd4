import type { FileFixture, Fixtures } from "./fixtures.ts";
import { absolutePath, folderOf, liesIn } from "../path.ts";

/** Files of a test, in memory. */
export interface Files {
  /**
   * Files and folders by absolute path. If an entry is an error, the file functions throw the error
   * when the check uses the file.
   */
  readonly entries: Map<string, FileFixture | Error>;
  /** Paths that the check has written or removed. */
  readonly changed: Set<string>;
  /** Whether all writes stay in memory, because the test has the fixture `write`. */
  readonly keepsWrites: boolean;
}

/**
 * Makes the files in memory from the fixtures of a test.
 *
 * @param fixtures files by path; those of `write` replace those of `read`
 * @returns the files
 */
export function createFiles({ read = {}, write }: Pick<Fixtures, "read" | "write">): Files {
  const entries = Object.entries({ ...byPath(read), ...byPath(write ?? {}) })
    .map(([path, file]): [string, FileFixture | Error] => [
      path,
      typeof file === "string" || file instanceof Uint8Array ? { content: file } : file,
    ]);
  return { entries: new Map(entries), changed: new Set(), keepsWrites: write !== undefined };
}

function byPath<T>(fixtures: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(fixtures).map(([path, file]) => [absolutePath(path), file]),
  );
}

/**
 * Copies the files that the check has written into the fixture `write`, and removes those that the
 * check has removed.
 *
 * @param files the files after the run
 * @param write the fixture
 */
export function storeWrites(files: Files, write: NonNullable<Fixtures["write"]>): void {
  for (const path of files.changed) {
    for (const same of Object.keys(write).filter((name) => absolutePath(name) === path)) {
      delete write[same];
    }
    const entry = files.entries.get(path);
    if (entry instanceof Error || entry === undefined || entry.isDirectory) continue;
    write[path] = textOrBytes(readBytes(files, path));
  }
}

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** Returns whether a path is one of the files or a folder that contains one. */
export function hasPath({ entries }: Files, path: string): boolean {
  return entries.has(path) || [...entries.keys()].some((file) => liesIn(file, path));
}

/** Returns whether a path exists: unlike {@linkcode hasPath}, false for a file that is missing. */
export function isPresent(files: Files, path: string): boolean {
  return hasPath(files, path) && !(files.entries.get(path) instanceof Deno.errors.NotFound);
}

/**
 * Returns whether a path is in the folder of one of the files; writes to such a path stay in
 * memory.
 */
export function hasFolderOf({ entries }: Files, path: string): boolean {
  return [...entries.keys()].some((file) => folderOf(file) === folderOf(path));
}

/** Returns the file at a path; undefined if it is a folder. */
function find(files: Files, path: string): FileFixture | undefined {
  const file = files.entries.get(path);
  if (file instanceof Error) throw file;
  if (!hasPath(files, path)) throw missing(path);
  return file?.isDirectory ? undefined : file;
}

function missing(path: string): Error {
  const error = new Deno.errors.NotFound(`No such file or directory (os error 2): '${path}'`);
  return Object.assign(error, { code: "ENOENT" });
}

function exists(path: string): Error {
  const error = new Deno.errors.AlreadyExists(`File exists (os error 17): '${path}'`);
  return Object.assign(error, { code: "EEXIST" });
}

/** Throws if a path is missing. */
export function requirePresent(files: Files, path: string): void {
  find(files, path);
}

/** Returns the content of a file. */
export function readBytes(files: Files, path: string): Uint8Array {
  const file = find(files, path);
  if (file === undefined) {
    throw new Deno.errors.IsADirectory(`Is a directory (os error 21): readfile '${path}'`);
  }
  return typeof file.content === "string"
    ? new TextEncoder().encode(file.content)
    : file.content ?? new Uint8Array();
}

/** Returns the content of a file as text. */
export function readText(files: Files, path: string): string {
  return new TextDecoder().decode(readBytes(files, path));
}

/** Returns the result of `stat` for a file or for a folder that contains one. */
export function fileInfo(files: Files, path: string): Deno.FileInfo {
  const file = find(files, path);
  const size = file === undefined ? 4096 : readBytes(files, path).length;
  const now = new Date();
  const folder = files.entries.get(path) as FileFixture | undefined;
  const { content: _content, ...facts } = file ?? folder ?? {};
  return {
    isFile: file !== undefined && !file.isSymlink,
    isDirectory: file === undefined,
    isSymlink: false,
    isBlockDevice: false,
    isCharDevice: false,
    isFifo: false,
    isSocket: false,
    size,
    mtime: now,
    atime: now,
    birthtime: now,
    ctime: now,
    dev: 1,
    ino: 1,
    mode: file === undefined ? 0o040755 : 0o100644,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    blksize: 4096,
    blocks: Math.ceil(size / 512),
    ...facts,
  };
}

/** Lists the entries of a folder. */
export function listFolder(files: Files, path: string): Deno.DirEntry[] {
  if (find(files, path) !== undefined) {
    throw new Deno.errors.NotADirectory(`Not a directory (os error 20): readdir '${path}'`);
  }
  const start = path === "/" ? 1 : path.length + 1;
  const present = [...files.entries].filter(([file, entry]) =>
    file !== path && liesIn(file, path) && !(entry instanceof Deno.errors.NotFound)
  );
  const names = new Set(present.map(([file]) => file.slice(start).split("/")[0]!));
  return [...names].map((name) => {
    const entry = files.entries.get(`${path === "/" ? "" : path}/${name}`);
    const {
      isSymlink = false,
      isDirectory = entry === undefined,
      isFile = !isDirectory && !isSymlink,
    } = entry instanceof Error ? {} : entry ?? {};
    return { name, isFile, isDirectory, isSymlink };
  });
}

/** The way in which a file is written: the same names as in `Deno.WriteFileOptions`. */
export type WriteMode = Pick<Deno.WriteFileOptions, "append" | "create" | "createNew">;

/** Writes a file in memory. */
export function writeBytes(
  files: Files,
  path: string,
  data: string | Uint8Array,
  { append = false, create = true, createNew = false }: WriteMode = {},
): void {
  const isThere = isPresent(files, path);
  if (createNew && isThere) throw exists(path);
  if (!create && !createNew && !isThere) throw missing(path);
  // A fixture that is an error is thrown, and a folder cannot be written.
  const before = isThere ? readBytes(files, path) : new Uint8Array();
  const added = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const kept = append ? before : new Uint8Array();
  const content = new Uint8Array(kept.length + added.length);
  content.set(kept);
  content.set(added, kept.length);
  setEntry(files, path, { content });
}

/** Makes a folder in memory. */
export function makeFolder(files: Files, path: string, recursive = false): void {
  if (isPresent(files, path)) {
    if (recursive && find(files, path) === undefined) return;
    throw exists(path);
  }
  setEntry(files, path, { isDirectory: true });
}

/** Removes a file or folder. The path is missing from then on, even if it exists on the disk. */
export function removePath(files: Files, path: string): void {
  if (files.keepsWrites || files.entries.get(path) instanceof Error) find(files, path);
  for (const file of [...files.entries.keys(), path].filter((file) => liesIn(file, path))) {
    setEntry(files, file, missing(file));
  }
}

/** Moves a file. */
export function renameFile(files: Files, from: string, to: string): void {
  const content = readBytes(files, from);
  removePath(files, from);
  setEntry(files, to, { content });
}

function setEntry(files: Files, path: string, entry: FileFixture | Error): void {
  files.entries.set(path, entry);
  files.changed.add(path);
}
