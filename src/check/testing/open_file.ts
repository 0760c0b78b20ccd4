import { fileInfo, type Files, isPresent, readBytes, writeBytes } from "./files.ts";

/**
 * Opens a file in memory.
 *
 * @param files the files of the test
 * @param path the absolute path
 * @param options the options of `Deno.open()`
 * @returns the open file
 */
export function openFile(files: Files, path: string, options: Deno.OpenOptions): Deno.FsFile {
  const { append = false, create = false, createNew = false, truncate = false } = options;
  const mayWrite = options.write || append;
  if (createNew || create && !isPresent(files, path)) writeBytes(files, path, "", { createNew });
  else if (truncate) writeBytes(files, path, "", { create: false });
  else readBytes(files, path);
  let at = 0;

  function readSync(into: Uint8Array): number | null {
    const chunk = readBytes(files, path).subarray(at, at + into.length);
    into.set(chunk);
    at += chunk.length;
    return chunk.length === 0 && into.length > 0 ? null : chunk.length;
  }

  function replace(length: number, change: (content: Uint8Array) => void): void {
    if (!mayWrite) throw new Deno.errors.BadResource("Bad file descriptor (os error 9)");
    const content = new Uint8Array(length);
    content.set(readBytes(files, path).subarray(0, length));
    change(content);
    writeBytes(files, path, content);
  }

  function writeSync(data: Uint8Array): number {
    const size = readBytes(files, path).length;
    const start = append ? size : at;
    replace(Math.max(size, start + data.length), (content) => content.set(data, start));
    at = start + data.length;
    return data.length;
  }

  function seekSync(offset: number | bigint, whence: Deno.SeekMode): number {
    return at = Number(offset) + [0, at, readBytes(files, path).length][whence]!;
  }

  const truncateSync = (length = 0) => replace(length, () => {});
  const stat = () => fileInfo(files, path);
  const file = {
    ...inert,
    ...bothForms({
      read: readSync,
      write: writeSync,
      seek: seekSync,
      truncate: truncateSync,
      stat,
    }),
    get readable() {
      return new Blob([readBytes(files, path).slice(at)]).stream();
    },
    get writable() {
      return new WritableStream<Uint8Array>({ write: (chunk) => void writeSync(chunk) });
    },
  };
  return file as unknown as Deno.FsFile;
}

// deno-lint-ignore no-explicit-any -- functions with any arguments
type AnyFunction = (...args: any[]) => unknown;

/** Returns each function in two forms: `read`, which returns a promise, and `readSync`. */
function bothForms(functions: Readonly<Record<string, AnyFunction>>): Record<string, AnyFunction> {
  return Object.fromEntries(
    Object.entries(functions).flatMap(([name, call]) => [
      [name, (...args: unknown[]) => Promise.try(call, ...args)],
      [`${name}Sync`, call],
    ]),
  );
}

const nothing = () => {};

/** Functions that have no effect on a file in memory. */
const inert = {
  ...bothForms({
    ...{ sync: nothing, syncData: nothing, utime: nothing },
    ...{ lock: nothing, unlock: nothing },
  }),
  isTerminal: () => false,
  close: nothing,
  [Symbol.dispose]: nothing,
};
