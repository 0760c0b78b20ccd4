import {
  fileInfo,
  type Files,
  hasFolderOf,
  hasPath,
  isPresent,
  listFolder,
  makeFolder,
  readBytes,
  readText,
  removePath,
  renameFile,
  requirePresent,
  writeBytes,
  type WriteMode,
} from "./files.ts";
import { openFile } from "./open_file.ts";
import { requireAccess } from "../grants.ts";
import { absolutePath, liesIn } from "../path.ts";
import { DENO_PATH_FUNCTIONS, type PathUse } from "../path_functions.ts";
import { refuseCall, refuseMove } from "../refusal.ts";
import { promised, type Substitute, type Substitutes, type World } from "./world.ts";

type InMemory = (files: Files, path: string, ...rest: unknown[]) => unknown;

/** Returns a path as the check passed it, for the messages of the runtime. */
function given(path: unknown): string {
  return path instanceof URL ? decodeURIComponent(path.pathname) : String(path);
}

/**
 * Makes the substitute for a function that takes paths.
 *
 * @param uses uses of its first arguments
 * @param inMemory replaces the function for a fixture; by default the real function is called
 * @returns the substitute
 */
export function pathHandler(uses: readonly PathUse[], inMemory?: InMemory): Substitute {
  return (world, real, args) => {
    for (const [at, { access }] of uses.entries()) {
      for (const kind of access) requireAccess(world.grants, kind, given(args[at]));
    }
    const [first, ...others] = uses.map((_use, at) => absolutePath(given(args[at])));
    if (uses[0]!.regular && !Deno.lstatSync(first!).isFile) {
      throw refuseMove(first!);
    }
    const reads = uses[0]!.access.includes("read");
    if (inMemory !== undefined && isHeld(world, first!, reads)) {
      return inMemory(world.files, first!, ...others, ...args.slice(uses.length));
    }
    if (uses.some(({ access }) => access.includes("write"))) requireDisk(world, first!);
    return real(...args);
  };
}

/**
 * Returns whether a path belongs to the fixtures. What a check writes beside a fixture belongs to
 * them, too; with the fixture `write`, all that it may write.
 */
function isHeld({ files, grants }: World, path: string, reads: boolean): boolean {
  if (hasPath(files, path)) return true;
  if (!reads) return files.keepsWrites || hasFolderOf(files, path);
  return files.keepsWrites && grants.names.write.some((granted) => liesIn(path, granted));
}

/**
 * Refuses a function that would change a file on the disk if all writes stay in memory.
 *
 * @param world the fixtures
 * @param path the path
 */
export function requireDisk({ files }: World, path: string): void {
  if (!files.keepsWrites) return;
  throw new Deno.errors.NotSupported(
    `Cannot change "${path}" in memory, where the fixture "write" keeps all writes: add the file ` +
      'to the fixture "read" or "write", or use Deno.writeFile() or Deno.writeTextFile()',
  );
}

const write: InMemory = (files, path, data, options) => {
  const store = (all: string | Uint8Array) =>
    writeBytes(files, path, all, options as WriteMode | undefined);
  return data instanceof ReadableStream
    ? new Response(data).bytes().then(store)
    : store(data as string | Uint8Array);
};

const flagOf = (name: "force" | "recursive", options: unknown) =>
  (options as Partial<Record<typeof name, boolean>> | undefined)?.[name] ?? false;

/** The functions of `Deno` for fixtures. Some functions of `node:fs` have the same arguments. */
export const IN_MEMORY: Readonly<Record<string, InMemory>> = {
  readFile: readBytes,
  readTextFile: readText,
  readDir: listFolder,
  stat: fileInfo,
  lstat: fileInfo,
  realPath: (files, path) => {
    requirePresent(files, path);
    return path;
  },
  writeFile: write,
  writeTextFile: write,
  // `force` is an option of node:fs.
  remove: (files, path, options) => {
    if (!flagOf("force", options) || isPresent(files, path)) removePath(files, path);
  },
  mkdir: (files, path, options) => makeFolder(files, path, flagOf("recursive", options)),
  chmod: requirePresent,
  chown: requirePresent,
  utime: requirePresent,
  truncate: (files, path, length) =>
    writeBytes(files, path, readBytes(files, path).slice(0, Number(length ?? 0))),
  copyFile: (files, from, to) => writeBytes(files, String(to), readBytes(files, from)),
  rename: (files, from, to) => renameFile(files, from, String(to)),
};

const open: Substitute = (world, real, args) => {
  const options = (args[1] ?? { read: true }) as Deno.OpenOptions;
  const writes = options.write || options.append;
  if (options.read) requireAccess(world.grants, "read", given(args[0]));
  if (writes) requireAccess(world.grants, "write", given(args[0]));
  const target = absolutePath(given(args[0]));
  return isHeld(world, target, !writes) ? openFile(world.files, target, options) : real(...args);
};

const makeTemp: Substitute = (world, real, args) => {
  const { dir = "<TMP>" } = (args[0] ?? {}) as Deno.MakeTempOptions;
  requireAccess(world.grants, "write", dir);
  requireDisk(world, dir);
  return real(...args);
};

/** The functions that exist in two forms, such as `stat` and `statSync`. */
const paired: Substitutes = {
  ...Object.fromEntries(
    Object.entries(DENO_PATH_FUNCTIONS).map(([name, uses]) => [
      name,
      pathHandler(uses, IN_MEMORY[name]),
    ]),
  ),
  open,
  create: (world, real, [path]) =>
    open(world, real, [path, { read: true, write: true, create: true, truncate: true }]),
  makeTempDir: makeTemp,
  makeTempFile: makeTemp,
  symlink: () => {
    throw new Deno.errors.NotCapable(
      "Deno.symlink() requires unscoped --allow-read and --allow-write permissions; path-scoped " +
        "grants (e.g. --allow-write=<path>) are not supported because a symlink's target is only " +
        "resolved when the link is traversed",
    );
  },
};

/** The functions of `Deno` that need `read` or `write`. */
export const fileApi: Substitutes = {
  ...Object.fromEntries(
    Object.entries(paired).flatMap((
      [name, handler],
    ) => [[name, promised(handler)], [`${name}Sync`, handler]]),
  ),
  // The refusal is thrown at the first step of the iteration, as in the runtime.
  readDir: async function* (world, real, args) {
    yield* paired.readDir!(world, real, args) as AsyncIterable<Deno.DirEntry>;
  },
  chdir: (world, _real, args) => {
    requireAccess(world.grants, "read", given(args[0]));
    throw refuseCall("Deno.chdir");
  },
  watchFs: (world, real, args) => {
    for (const path of [args[0]].flat()) requireAccess(world.grants, "read", given(path));
    return real(...args);
  },
};
