/**
 * Replaces the functions that take a path, so that the runtime checks the permission for the real
 * path, see real_paths.ts. A function of `node:fs` stays only if it is known to take no path, or if
 * this module handles its paths. All other functions are removed.
 *
 * One gap remains: another process that may write in a declared folder can replace a file or folder
 * by a link after the path is resolved and before the file is opened. A check cannot do this
 * itself, because it may neither create nor move links.
 */
import {
  closedFunctions,
  DENO_PATH_FUNCTIONS,
  NODE_PATH_FUNCTIONS,
  type PathUse,
  twice,
} from "../check/path_functions.ts";
import { refuseMove } from "../check/refusal.ts";
import { isObject } from "./protect.ts";
import { type AnyFunction, refuseFunctions, replaceFunction } from "./replace.ts";
import { pathReader, urlReader } from "./path_argument.ts";
import { createResolver } from "./real_paths.ts";

/** Guards the paths of a realm. */
export interface FileGuard {
  /** Guards `node:fs`, and the class behind Node's local sockets. */
  guardNode(fs: object, pipe: object): void;
}

/**
 * Guards the functions of this realm that take paths. Must run before user code is evaluated.
 *
 * @param declared the files and folders that may be read or written here; if the list is empty, the
 * runtime itself refuses every path
 * @returns the guard for the Node part, which is loaded later
 */
export function guardFiles(declared: readonly string[]): FileGuard {
  if (declared.length === 0) return { guardNode: () => {} };
  const rewriter = createRewriter(declared);
  guardDeno(rewriter);
  guardFetch(rewriter.rewrite);
  return { guardNode: (fs, pipe) => guardNode(rewriter, fs, pipe) };
}

type Change = (args: unknown[]) => unknown[];

/** Replaces paths by their real paths. */
interface Rewriter {
  rewrite(path: unknown, end?: "follow" | "keep"): unknown;
  /** Rewrites the paths among the first arguments. */
  byUse(uses: readonly PathUse[]): Change;
  /** Rewrites the path in the option of this name. */
  inOption(name: string): Change;
}

function createRewriter(declared: readonly string[]): Rewriter {
  const resolve = createResolver(declared);
  const pathOf = pathReader();
  const { lstatSync } = Deno;

  function rewrite(value: unknown, end: "follow" | "keep" = "follow"): unknown {
    // A number is the descriptor of an open file.
    return typeof value === "number" ? value : resolve(pathOf(value), end);
  }

  return {
    rewrite,
    byUse: (uses) => (args) => {
      const given = args.map((value, at) =>
        uses[at]?.end === undefined ? value : rewrite(value, uses[at].end)
      );
      // The path stays safe after this test: a check cannot turn a regular file into a link.
      if (uses[0]!.regular && !lstatSync(given[0] as string).isFile) {
        throw refuseMove(given[0] as string);
      }
      return given;
    },
    // Options are copied, so that they cannot change after the path was resolved.
    inOption: (name) => (args) =>
      args.map((value) => {
        if (!isObject(value)) return value;
        const options: Record<string, unknown> = { ...value };
        return name in options && options[name] !== undefined
          ? { ...options, [name]: rewrite(options[name]) }
          : options;
      }),
  };
}

function guard(owner: object, name: string, change: Change, promises = false): void {
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
    // `fs.realpath.native` does the same as `fs.realpath`.
    return "native" in original ? Object.assign(guarded, { native: guarded }) : guarded;
  });
}

function guardDeno({ rewrite, byUse, inOption }: Rewriter): void {
  for (const [base, uses] of Object.entries(DENO_PATH_FUNCTIONS)) {
    guard(Deno, base, byUse(uses), base !== "readDir");
    guard(Deno, `${base}Sync`, byUse(uses));
  }
  guard(Deno, "watchFs", ([paths, ...rest]) => [
    (Array.isArray(paths) ? [...paths] : [paths]).map((path) => rewrite(path)),
    ...rest,
  ]);
  for (const base of ["makeTempDir", "makeTempFile"]) {
    guard(Deno, base, inOption("dir"), true);
    guard(Deno, `${base}Sync`, inOption("dir"));
  }
  // Unix sockets are files.
  guard(Deno, "connect", inOption("path"), true);
  guard(Deno, "createHttpClient", ([options, ...rest]) => {
    const given = { ...options as { proxy?: unknown } };
    return [{ ...given, proxy: inOption("path")([given.proxy])[0] }, ...rest];
  });
}

function guardNode({ rewrite, byUse }: Rewriter, fs: object, pipe: object): void {
  const promises = Reflect.get(fs, "promises") as object;
  Object.defineProperty(fs, "promises", { value: promises, writable: false });
  for (const [base, uses] of Object.entries(NODE_PATH_FUNCTIONS)) {
    for (const name of twice(base)) guard(fs, name, byUse(uses));
    guard(promises, base, byUse(uses), true);
  }
  refuseFunctions(fs, "fs", closedFunctions(fs));
  refuseFunctions(promises, "fs.promises", closedFunctions(promises));
  guard(pipe, "connect", ([request, path, ...rest]) => [request, rewrite(path), ...rest]);
  guard(pipe, "bind", ([path, ...rest]) => [rewrite(path), ...rest]);
}

function guardFetch(rewrite: Rewriter["rewrite"]): void {
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
  const original = fetch;
  // This function is made permanent together with the other globals, see protect_globals.ts.
  Reflect.set(globalThis, "fetch", async function (input: unknown, ...rest: unknown[]) {
    const [url, given] = read(input);
    const path = fileOf(new URL(url));
    const asked = path === undefined
      ? given
      : `file://${String(rewrite(path)).split("/").map((part) => encode(part)).join("/")}`;
    return await Reflect.apply(original, globalThis, [asked, ...rest]);
  });
}
