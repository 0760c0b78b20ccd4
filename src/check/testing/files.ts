import type { FileFixture, Fixtures } from "./fixtures.ts";
import { absolutePath, folderOf, liesIn } from "../path.ts";

/**
 * Files in memory by absolute path. If an entry is an error, the file functions throw the error
 * when the check uses the file.
 */
export type Files = Map<string, FileFixture | Error>;

/**
 * Makes the files in memory from the fixtures of a test.
 *
 * @param read fixtures by path
 * @returns the files
 */
export function createFiles(read: NonNullable<Fixtures["read"]>): Files {
  return new Map(
    Object.entries(read).map(([path, file]) => [
      absolutePath(path),
      typeof file === "string" || file instanceof Uint8Array ? { content: file } : file,
    ]),
  );
}

/** Returns whether a path is one of the files or a folder that contains one. */
export function hasPath(files: Files, path: string): boolean {
  return files.has(path) || [...files.keys()].some((file) => liesIn(file, path));
}

/**
 * Returns whether a path is in the folder of one of the files; writes to such a path stay in
 * memory.
 */
export function hasFolderOf(files: Files, path: string): boolean {
  return [...files.keys()].some((file) => folderOf(file) === folderOf(path));
}

/** Returns the file at a path; undefined if it is a folder. */
function find(files: Files, path: string): FileFixture | undefined {
  const file = files.get(path);
  if (file instanceof Error) throw file;
  return file?.isDirectory ? undefined : file;
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
  const { content: _content, ...facts } = file ?? files.get(path) as FileFixture | undefined ?? {};
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
  const present = [...files].filter(([file, entry]) =>
    file !== path && liesIn(file, path) && !(entry instanceof Deno.errors.NotFound)
  );
  const names = new Set(present.map(([file]) => file.slice(start).split("/")[0]!));
  return [...names].map((name) => {
    const entry = files.get(`${path === "/" ? "" : path}/${name}`);
    const {
      isSymlink = false,
      isDirectory = entry === undefined,
      isFile = !isDirectory && !isSymlink,
    } = entry instanceof Error ? {} : entry ?? {};
    return { name, isFile, isDirectory, isSymlink };
  });
}

/** Opens a file for reading. */
export function openFile(files: Files, path: string): Deno.FsFile {
  const bytes = readBytes(files, path);
  let at = 0;
  const readSync = (into: Uint8Array) => {
    const chunk = bytes.subarray(at, at + into.length);
    into.set(chunk);
    at += chunk.length;
    return chunk.length === 0 && into.length > 0 ? null : chunk.length;
  };
  const seekSync = (offset: number | bigint, whence: Deno.SeekMode) =>
    at = Number(offset) + [0, at, bytes.length][whence]!;
  const file = {
    readSync,
    read: (into: Uint8Array) => Promise.try(readSync, into),
    seekSync,
    seek: (offset: number | bigint, whence: Deno.SeekMode) => Promise.try(seekSync, offset, whence),
    statSync: () => fileInfo(files, path),
    stat: () => Promise.try(fileInfo, files, path),
    isTerminal: () => false,
    close: () => {},
    [Symbol.dispose]: () => {},
    get readable() {
      return new Blob([bytes.slice(at)]).stream();
    },
  };
  return file as unknown as Deno.FsFile;
}

/** Writes a file in memory. */
export function writeBytes(
  files: Files,
  path: string,
  data: string | Uint8Array,
  append = false,
): void {
  const before = append && files.get(path);
  const kept = before && !(before instanceof Error) ? readBytes(files, path) : [];
  const added = typeof data === "string" ? new TextEncoder().encode(data) : data;
  files.set(path, { content: Uint8Array.from([...kept, ...added]) });
}

/** Removes a file or folder. The path is missing from then on, even if it exists on the disk. */
export function removePath(files: Files, path: string): void {
  if (files.get(path) instanceof Error) find(files, path);
  for (const file of [...files.keys(), path].filter((file) => liesIn(file, path))) {
    files.set(file, new Deno.errors.NotFound(`No such file or directory (os error 2): '${file}'`));
  }
}

/** Moves a file. */
export function renameFile(files: Files, from: string, to: string): void {
  const content = readBytes(files, from);
  removePath(files, from);
  files.set(to, { content });
}
