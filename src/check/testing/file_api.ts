import {
  fileInfo,
  hasFolderOf,
  hasPath,
  listFolder,
  openFile,
  readBytes,
  readText,
  removePath,
  renameFile,
  writeBytes,
} from "./files.ts";
import type { Files } from "./files.ts";
import { requireAccess } from "../grants.ts";
import { absolutePath } from "../path.ts";
import { DENO_PATH_FUNCTIONS, type PathUse } from "../path_functions.ts";
import { refuseCall, refuseMove } from "../refusal.ts";
import { promised, type Substitute, type Substitutes } from "./world.ts";

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
 * @param held returns whether a path belongs to the fixtures
 * @returns the substitute
 */
export function pathHandler(
  uses: readonly PathUse[],
  inMemory?: InMemory,
  held = uses[0]!.access.includes("read") ? hasPath : hasFolderOf,
): Substitute {
  return (world, real, args) => {
    for (const [at, { access }] of uses.entries()) {
      for (const kind of access) requireAccess(world.grants, kind, given(args[at]));
    }
    const [first, ...others] = uses.map((_use, at) => absolutePath(given(args[at])));
    if (uses[0]!.regular && !Deno.lstatSync(first!).isFile) {
      throw refuseMove(first!);
    }
    if (inMemory === undefined || !held(world.files, first!)) return real(...args);
    return inMemory(world.files, first!, ...others, ...args.slice(uses.length));
  };
}

const write: InMemory = (files, path, data, options) =>
  writeBytes(
    files,
    path,
    data as string | Uint8Array,
    (options as Deno.WriteFileOptions | undefined)?.append,
  );

const nothing: InMemory = () => {};

/** The functions of `Deno` for fixtures. */
const inMemory: Readonly<Record<string, InMemory>> = {
  readFile: readBytes,
  readTextFile: readText,
  readDir: listFolder,
  stat: fileInfo,
  lstat: fileInfo,
  realPath: (_files, path) => path,
  writeFile: write,
  writeTextFile: write,
  remove: removePath,
  mkdir: nothing,
  chmod: nothing,
  chown: nothing,
  utime: nothing,
  truncate: (files, path, length) =>
    writeBytes(files, path, readBytes(files, path).slice(0, Number(length ?? 0))),
  copyFile: (files, from, to) => writeBytes(files, String(to), readBytes(files, from)),
  rename: (files, from, to) => renameFile(files, from, String(to)),
};

const open: Substitute = (world, real, args) => {
  const { read, write, append } = (args[1] ?? { read: true }) as Deno.OpenOptions;
  if (read) requireAccess(world.grants, "read", given(args[0]));
  if (write || append) requireAccess(world.grants, "write", given(args[0]));
  const target = absolutePath(given(args[0]));
  if (!hasPath(world.files, target)) return real(...args);
  if (!write && !append) return openFile(world.files, target);
  throw new Deno.errors.NotSupported(
    `Cannot open fixture "${target}" for writing: use Deno.writeFile() or Deno.writeTextFile()`,
  );
};

const makeTemp: Substitute = (world, real, args) => {
  requireAccess(
    world.grants,
    "write",
    (args[0] as Deno.MakeTempOptions | undefined)?.dir ?? "<TMP>",
  );
  return real(...args);
};

/** The functions that exist in two forms, such as `stat` and `statSync`. */
const paired: Substitutes = {
  ...Object.fromEntries(
    Object.entries(DENO_PATH_FUNCTIONS).map(([name, uses]) => [
      name,
      pathHandler(uses, inMemory[name], name === "mkdir" ? hasPath : undefined),
    ]),
  ),
  open,
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
