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
import { type Handler, type Handlers, promised, type World } from "./world.ts";

type Access = "read" | "write";
type InMemory = (files: Files, path: string, ...rest: unknown[]) => unknown;

/** A path as a check gives it, for the runtime's messages. */
function given(path: unknown): string {
  return path instanceof URL ? decodeURIComponent(path.pathname) : String(path);
}

function absolute(world: World, path: unknown): string {
  return absolutePath(given(path), world.grants.cwd);
}

/** A function whose first argument is a path. */
function path(
  access: Access,
  inMemory?: InMemory,
  held = access === "read" ? hasPath : hasFolderOf,
): Handler {
  return (world, real, args) => {
    requireAccess(world.grants, access, given(args[0]));
    const target = absolute(world, args[0]);
    if (inMemory === undefined || !held(world.files, target)) return real(...args);
    return inMemory(world.files, target, ...args.slice(1));
  };
}

/** A function whose first two arguments are paths. */
function twoPaths(
  first: readonly Access[],
  second: readonly Access[],
  inMemory?: InMemory,
): Handler {
  return (world, real, args) => {
    for (const access of first) requireAccess(world.grants, access, given(args[0]));
    for (const access of second) requireAccess(world.grants, access, given(args[1]));
    const [from, to] = [absolute(world, args[0]), absolute(world, args[1])];
    return inMemory && hasPath(world.files, from) ? inMemory(world.files, from, to) : real(...args);
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

const open: Handler = (world, real, args) => {
  const { read, write, append } = (args[1] ?? { read: true }) as Deno.OpenOptions;
  if (read) requireAccess(world.grants, "read", given(args[0]));
  if (write || append) requireAccess(world.grants, "write", given(args[0]));
  const target = absolute(world, args[0]);
  if (!hasPath(world.files, target)) return real(...args);
  if (!write && !append) return openFile(world.files, target);
  throw new Deno.errors.NotSupported(
    `Cannot open fixture "${target}" for writing: expected Deno.writeFile() or Deno.writeTextFile()`,
  );
};

const makeTemp: Handler = (world, real, args) => {
  requireAccess(
    world.grants,
    "write",
    (args[0] as Deno.MakeTempOptions | undefined)?.dir ?? "<TMP>",
  );
  return real(...args);
};

/** The runtime's functions on files that come in two: `stat` and `statSync`. */
const paired: Handlers = {
  readFile: path("read", readBytes),
  readTextFile: path("read", readText),
  stat: path("read", fileInfo),
  lstat: path("read", fileInfo),
  readLink: path("read"),
  realPath: path("read", (_files, path) => path),
  open,
  writeFile: path("write", write),
  writeTextFile: path("write", write),
  remove: path("write", removePath),
  mkdir: path("write", nothing, hasPath),
  chmod: path("write", nothing),
  chown: path("write", nothing),
  utime: path("write", nothing),
  truncate: path(
    "write",
    (files, path, length) =>
      writeBytes(files, path, readBytes(files, path).slice(0, Number(length ?? 0))),
  ),
  makeTempDir: makeTemp,
  makeTempFile: makeTemp,
  create: (world, real, args) => {
    requireAccess(world.grants, "read", given(args[0]));
    return path("write")(world, real, args);
  },
  copyFile: twoPaths(
    ["read"],
    ["write"],
    (files, from, to) => writeBytes(files, String(to), readBytes(files, from)),
  ),
  rename: twoPaths(
    ["read", "write"],
    ["write"],
    (files, from, to) => renameFile(files, from, String(to)),
  ),
  link: twoPaths(["read", "write"], ["read", "write"]),
  symlink: () => {
    throw new Deno.errors.NotCapable(
      "Deno.symlink() requires unscoped --allow-read and --allow-write permissions; path-scoped " +
        "grants (e.g. --allow-write=<path>) are not supported because a symlink's target is only " +
        "resolved when the link is traversed",
    );
  },
};

const readDirSync = path("read", listFolder);

/** The functions of `Deno` that need `read` or `write`. */
export const fileApi: Handlers = {
  ...Object.fromEntries(
    Object.entries(paired).flatMap((
      [name, handler],
    ) => [[name, promised(handler)], [`${name}Sync`, handler]]),
  ),
  readDirSync,
  // Refuses at the first step, as the runtime does.
  readDir: async function* (world, real, args) {
    yield* readDirSync(world, real, args) as AsyncIterable<Deno.DirEntry>;
  },
  chdir: path("read"),
  watchFs: (world, real, args) => {
    for (const path of [args[0]].flat()) requireAccess(world.grants, "read", given(path));
    return real(...args);
  },
};
