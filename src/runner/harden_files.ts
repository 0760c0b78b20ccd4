/**
 * Has every function that takes a path ask for what the path leads to, see real_paths.ts. What of
 * `node:fs` is neither known to take a path in one of these ways, nor to do without, is taken away.
 *
 * What is left: somebody else who may write in a declared folder, and puts a link into the place of
 * a file or a folder in the moment between the look and the opening. A check cannot do so itself: it
 * may neither make a link nor move one.
 */
import { markRefusal } from "../check/refusal.ts";
import { type AnyFunction, refuseFunctions, replaceFunction } from "./replace.ts";
import { pathReader, urlReader } from "./path_argument.ts";
import { createResolver } from "./real_paths.ts";

/** What is done with a link at the end of each of the first arguments; nothing is done with others. */
type Ends = readonly ("follow" | "keep" | undefined)[];

const follow: Ends = ["follow"];
const keep: Ends = ["keep"];
const move: Ends = ["keep", "keep"];

const both: Readonly<Record<string, Ends>> = {
  ...named(follow, "chmod", "chown", "open", "readFile", "stat", "truncate", "writeFile"),
  ...named(keep, "lstat", "mkdir"),
  ...named(move, "link", "rename"),
  copyFile: ["follow", "follow"],
  symlink: [undefined, "keep"],
};

/** Functions of `Deno`. Most come in two: `stat` and `statSync`. */
const denoFunctions: Readonly<Record<string, Ends>> = {
  ...both,
  ...named(follow, "create", "readDir", "readTextFile", "realPath", "utime", "writeTextFile"),
  ...named(keep, "readLink", "remove"),
};

/** Functions of `node:fs`. Most come in three, the third in `node:fs/promises`. */
const nodeFunctions: Readonly<Record<string, Ends>> = {
  ...both,
  ...named(follow, "access", "appendFile", "exists", "readdir", "realpath", "statfs", "utimes"),
  ...named(keep, "lchmod", "lchown", "lutimes", "mkdtemp", "readlink", "rm", "rmdir", "unlink"),
};

/** What else of `node:fs` is left: it takes no path, or hands it to `open`. */
const harmless: ReadonlySet<string> = new Set(
  [
    ...["close", "fchmod", "fchown", "fdatasync", "fstat", "fsync", "ftruncate", "futimes", "read"],
    ...["readv", "write", "writev", "createReadStream", "createWriteStream", "ReadStream"],
    ...["WriteStream", "Dirent", "Stats", "BigIntStats", "_toUnixTimestamp"],
  ].flatMap(twice),
);

function named(ends: Ends, ...names: string[]): Record<string, Ends> {
  return Object.fromEntries(names.map((name) => [name, ends]));
}

function twice(name: string): [string, string] {
  return [name, `${name}Sync`];
}

/** What guards the paths of a realm. */
export interface FileGuard {
  /** Guards `node:fs`, and the class behind Node's local sockets. */
  guardNode(fs: object, pipe: object): void;
}

/**
 * Guards the functions of this realm that take paths. Must run before user code is evaluated.
 *
 * @param declared the files and folders that may be read or written here; where there are none, the
 * runtime refuses every path by itself
 * @returns guards Node's half, which is loaded later
 */
export function guardFiles(declared: readonly string[]): FileGuard {
  if (declared.length === 0) return { guardNode: () => {} };
  const resolve = createResolver(declared);
  const pathOf = pathReader();
  const { lstatSync, errors: { NotCapable } } = Deno;

  function rewrite(value: unknown, end: "follow" | "keep" = "follow"): unknown {
    // A number is a file that is open.
    return typeof value === "number" ? value : resolve(pathOf(value), end);
  }

  function rewriteAll(args: readonly unknown[], ends: Ends): unknown[] {
    const given = args.map((value, at) =>
      ends[at] === undefined ? value : rewrite(value, ends[at])
    );
    // What is no link when it is looked at cannot be made one by the check itself.
    if (ends === move && !lstatSync(given[0] as string).isFile) {
      const message = `a check may move and link regular files only, not ${given[0]}`;
      throw markRefusal(new NotCapable(message), String(given[0]));
    }
    return given;
  }

  function guard(
    owner: object,
    name: string,
    change: (args: unknown[]) => unknown[],
    promises = false,
  ): void {
    replaceFunction(owner, name, (original) => {
      const guarded: AnyFunction = function (...args) {
        try {
          args = change(args);
        } catch (error) {
          if (promises) return Promise.reject(error);
          throw error;
        }
        return Reflect.apply(original, this, args);
      };
      // `fs.realpath.native` is another way to write the same.
      return "native" in original ? Object.assign(guarded, { native: guarded }) : guarded;
    });
  }

  // Options are read once, and handed on as they were then.
  function rewriteOption(name: string): (args: unknown[]) => unknown[] {
    return (args) =>
      args.map((value) => {
        if (typeof value !== "object" || value === null) return value;
        const options: Record<string, unknown> = { ...value };
        return name in options && options[name] !== undefined
          ? { ...options, [name]: rewrite(options[name]) }
          : options;
      });
  }

  for (const [base, ends] of Object.entries(denoFunctions)) {
    guard(Deno, base, (args) => rewriteAll(args, ends), base !== "readDir");
    guard(Deno, `${base}Sync`, (args) => rewriteAll(args, ends));
  }
  guard(Deno, "watchFs", ([paths, ...rest]) => [
    (Array.isArray(paths) ? [...paths] : [paths]).map((path) => rewrite(path)),
    ...rest,
  ]);
  for (const base of ["makeTempDir", "makeTempFile"]) {
    guard(Deno, base, rewriteOption("dir"), true);
    guard(Deno, `${base}Sync`, rewriteOption("dir"));
  }
  // Sockets of this host are files.
  for (const name of ["connect", "listen", "listenDatagram", "serve"]) {
    guard(Deno, name, rewriteOption("path"), name === "connect");
  }
  guard(Deno, "createHttpClient", ([options, ...rest]) => {
    const given = { ...options as { proxy?: unknown } };
    return [{ ...given, proxy: rewriteOption("path")([given.proxy])[0] }, ...rest];
  });
  guardFetch((path) => resolve(path, "follow"));

  return {
    guardNode(fs, pipe) {
      const promises = Reflect.get(fs, "promises") as object;
      Object.defineProperty(fs, "promises", { value: promises, writable: false });
      for (const [base, ends] of Object.entries(nodeFunctions)) {
        for (const name of twice(base)) guard(fs, name, (args) => rewriteAll(args, ends));
        guard(promises, base, (args) => rewriteAll(args, ends), true);
      }
      const known = new Set([...Object.keys(nodeFunctions).flatMap(twice), ...harmless]);
      for (const [owner, shown] of [[fs, "fs"], [promises, "fs.promises"]] as const) {
        const others = Object.keys(owner).filter((name) =>
          !known.has(name) && typeof Reflect.get(owner, name) === "function"
        );
        refuseFunctions(owner, shown, others);
      }
      guard(pipe, "connect", ([request, path, ...rest]) => [request, rewrite(path), ...rest]);
      guard(pipe, "bind", ([path, ...rest]) => [rewrite(path), ...rest]);
    },
  };
}

function guardFetch(resolve: (path: string) => string): void {
  const { URL } = globalThis;
  const encode = encodeURIComponent;
  const fileOf = urlReader();
  const urlOf = Object.getOwnPropertyDescriptor(Request.prototype, "url")!.get!;
  const read = (input: unknown): [url: string, given: unknown] => {
    try {
      return [Reflect.apply(urlOf, input, []), input];
    } catch {
      const text = String(input);
      return [text, text];
    }
  };
  replaceFunction(globalThis, "fetch", (original) =>
    async function (input, ...rest) {
      const [url, given] = read(input);
      const path = fileOf(new URL(url));
      const asked = path === undefined
        ? given
        : `file://${resolve(path).split("/").map((part) => encode(part)).join("/")}`;
      return await Reflect.apply(original, globalThis, [asked, ...rest]);
    });
}
