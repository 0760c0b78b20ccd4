/**
 * The functions of the runtime that take paths. The sandbox and `testCheck` both use this table, so
 * that a test cannot pass if the sandbox would refuse.
 *
 * @module
 */

/** The way in which a function uses one of its arguments. */
export interface PathUse {
  /**
   * Permissions that the path needs; empty if they depend on other arguments, or if the argument is
   * not a path.
   */
  readonly access: readonly ("read" | "write")[];
  /** Whether a link at the end of the path is followed; undefined if the argument is not a path. */
  readonly end?: "follow" | "keep";
  /** Whether the path must be a regular file: a moved link would have another target. */
  readonly regular?: true;
}

/** Uses of the first arguments, by name of the function. */
export type PathFunctions = Readonly<Record<string, readonly PathUse[]>>;

const reads: PathUse = { access: ["read"], end: "follow" };
const writes: PathUse = { access: ["write"], end: "follow" };
const creates: PathUse = { access: ["read", "write"], end: "follow" };
const opens: PathUse = { access: [], end: "follow" };
const looks: PathUse = { access: ["read"], end: "keep" };
const replaces: PathUse = { access: ["write"], end: "keep" };
const moves: PathUse = { access: ["read", "write"], end: "keep", regular: true };
const target: PathUse = { access: [] };

const both: PathFunctions = {
  ...named(reads, "readFile", "stat"),
  ...named(writes, "chmod", "chown", "truncate", "writeFile"),
  open: [opens],
  lstat: [looks],
  mkdir: [replaces],
  copyFile: [reads, writes],
  link: [moves, { access: ["read", "write"], end: "keep" }],
  rename: [moves, replaces],
  // The runtime refuses `symlink` if `read` and `write` are limited to paths.
  symlink: [target, replaces],
};

/** Functions of `Deno`. Each of them also exists with the suffix `Sync`. */
export const DENO_PATH_FUNCTIONS: PathFunctions = {
  ...both,
  ...named(reads, "readDir", "readTextFile", "realPath"),
  ...named(writes, "utime", "writeTextFile"),
  create: [creates],
  readLink: [looks],
  remove: [replaces],
};

/** Functions of `node:fs`. Most also exist with the suffix `Sync` and in `node:fs/promises`. */
export const NODE_PATH_FUNCTIONS: PathFunctions = {
  ...both,
  ...named(reads, "access", "exists", "readdir", "realpath", "statfs"),
  ...named(writes, "appendFile", "utimes"),
  ...named(replaces, "lchmod", "lchown", "lutimes", "mkdtemp", "rm", "rmdir", "unlink"),
  readlink: [looks],
};

const pathless = [
  ...["close", "fchmod", "fchown", "fdatasync", "fstat", "fsync", "ftruncate", "futimes", "read"],
  ...["readv", "write", "writev", "createReadStream", "createWriteStream", "ReadStream"],
  ...["WriteStream", "Dirent", "Stats", "BigIntStats", "_toUnixTimestamp"],
];

const forChecks = new Set([...Object.keys(NODE_PATH_FUNCTIONS), ...pathless].flatMap(twice));

/**
 * Lists the functions of `node:fs` or `node:fs/promises` that checks may not call. A check may call
 * a function that is in the table above, that takes no path, or that passes its path to `open`.
 *
 * @param module `node:fs` or `node:fs/promises`
 * @returns the names of the functions
 */
export function closedFunctions(module: object): string[] {
  return Object.keys(module).filter((name) =>
    !forChecks.has(name) && typeof Reflect.get(module, name) === "function"
  );
}

/** Returns both names of a function: `stat` and `statSync`. */
export function twice(name: string): [name: string, sync: string] {
  return [name, `${name}Sync`];
}

function named(use: PathUse, ...names: string[]): PathFunctions {
  return Object.fromEntries(names.map((name) => [name, [use]]));
}
