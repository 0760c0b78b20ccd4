/**
 * The functions of the runtime that take paths. The sandbox guards them by this table and `testCheck`
 * imitates the sandbox by it, so that a test cannot pass where the sandbox refuses.
 *
 * @module
 */

/** How a function uses one of its arguments. */
export interface PathUse {
  /** Permissions that the path takes; none if options decide, or if it is not a path. */
  readonly access: readonly ("read" | "write")[];
  /** Whether a link at the end of the path is followed; undefined if the argument is not a path. */
  readonly end?: "follow" | "keep";
  /** Whether it must be a regular file: a link that is moved would lead somewhere else. */
  readonly regular?: true;
}

/** The first arguments of each function, by its name. */
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
  // Refused to every check that declares paths.
  symlink: [target, replaces],
};

/** Functions of `Deno`. Each but `readDir` comes as `stat` and as `statSync`. */
export const DENO_PATH_FUNCTIONS: PathFunctions = {
  ...both,
  ...named(reads, "readDir", "readTextFile", "realPath"),
  ...named(writes, "utime", "writeTextFile"),
  create: [creates],
  readLink: [looks],
  remove: [replaces],
};

/** Functions of `node:fs`. Most come in three, the third in `node:fs/promises`. */
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
 * Lists what of `node:fs` or of its promises is not for checks: it is neither known to take paths
 * as the table says, nor to do without, nor to hand them to `open`.
 *
 * @param module the module
 * @returns the names of the functions
 */
export function closedFunctions(module: object): string[] {
  return Object.keys(module).filter((name) =>
    !forChecks.has(name) && typeof Reflect.get(module, name) === "function"
  );
}

/** The names of a function that comes in two. */
export function twice(name: string): [name: string, sync: string] {
  return [name, `${name}Sync`];
}

function named(use: PathUse, ...names: string[]): PathFunctions {
  return Object.fromEntries(names.map((name) => [name, [use]]));
}
