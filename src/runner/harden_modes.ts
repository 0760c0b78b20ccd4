/**
 * Refuses the mode bits that make a program run as its owner or group. A daemon often runs as root,
 * and a check may write in some folder: with such a bit, a local user could become root.
 */
import { refuse } from "../check/refusal.ts";
import { isObject } from "./protect.ts";
import type { AnyFunction } from "./replace.ts";

/** The bits S_ISUID and S_ISGID. */
const setIdBits = 0o6000;
/** All other bits of a mode. */
const modeBits = 0o1777;
/** The mode of a copy whose source cannot be examined. */
const ownerOnly = 0o600;

/** Functions that take a mode, or options with a mode, with the index of this argument. */
const withMode: Readonly<Record<string, number>> = {
  chmod: 1,
  fchmod: 1,
  lchmod: 1,
  writeFile: 2,
  writeTextFile: 2,
  appendFile: 2,
};

/**
 * Guards the functions of a namespace that take a mode. Must run before the functions are replaced
 * by others.
 *
 * @param owner `Deno`, `node:fs`, `node:fs/promises` or the class of file handles
 * @param isAsync whether the functions without the suffix `Sync` return promises
 * @param shift the number of leading arguments that are missing, for methods of a file
 */
export function refuseSetId(owner: object, isAsync: boolean, shift = 0): void {
  for (const [base, index] of Object.entries(withMode)) {
    for (const name of [base, `${base}Sync`]) {
      const original = Reflect.get(owner, name) as AnyFunction | undefined;
      if (original === undefined) continue;
      // Only these functions accept a callback in place of the options.
      const callsBack = !isAsync && name === base;
      const change = (args: unknown[]) =>
        args.map((value, at) => {
          const isMode = at === index - shift && !(callsBack && typeof value === "function");
          return isMode ? checked(value) : value;
        });
      const guarded: AnyFunction = function (...args) {
        return Reflect.apply(original, this, change(args));
      };
      const guardedAsync: AnyFunction = async function (...args) {
        return await Reflect.apply(original, this, change(args));
      };
      const value = isAsync && name === base ? guardedAsync : guarded;
      Object.defineProperty(owner, name, { value });
    }
  }
}

// Returns the argument in a form that cannot change after it was checked.
function checked(value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (!isObject(value)) return expectNoSetId(value);
  const options: { mode?: unknown } = { ...value };
  return "mode" in options ? { ...options, mode: expectNoSetId(options.mode) } : options;
}

function expectNoSetId(mode: unknown): unknown {
  const isText = typeof mode === "string";
  // A string that is not a number is an encoding.
  const bits = isText ? Number.parseInt(mode, 8) : Number(mode);
  if ((bits & setIdBits) !== 0) throw setIdRefused();
  return isText || mode === undefined || mode === null ? mode : bits;
}

function setIdRefused(): Error {
  return refuse("A check cannot set the set-user-ID or set-group-ID bit", "chmod");
}

/**
 * Guards the functions that copy a file, because a copy has the mode of its source. Must run before
 * paths are resolved: then these functions receive strings.
 *
 * @param owner `Deno`, `node:fs` or `node:fs/promises`
 * @param isAsync whether the functions without the suffix `Sync` return promises
 */
export function refuseSetIdCopies(owner: object, isAsync: boolean): void {
  const { statSync, openSync, chmodSync } = Deno;
  const isSetId = ({ mode }: Deno.FileInfo) => ((mode ?? 0) & setIdBits) !== 0;

  // Returns the mode of the copy.
  function expectPlain(from: unknown): number {
    let source: Deno.FileInfo;
    try {
      source = statSync(from as string);
    } catch {
      // The original reports the error.
      return ownerOnly;
    }
    if (isSetId(source)) throw setIdRefused();
    return source.mode ?? ownerOnly;
  }

  // The source may have been replaced after it was examined.
  function expectPlainCopy(to: unknown, mode: number): void {
    const path = to as string;
    let made: Deno.FileInfo;
    try {
      // To examine the path would need another permission.
      using copy = openSync(path, { write: true });
      made = copy.statSync();
    } catch {
      // The copy is not writable, as its source.
      return chmodSync(path, mode & modeBits);
    }
    if (!isSetId(made)) return;
    chmodSync(path, made.mode! & modeBits);
    throw setIdRefused();
  }

  const copySync: Make = (original) =>
    function (...args) {
      const mode = expectPlain(args[0]);
      Reflect.apply(original, this, args);
      expectPlainCopy(args[1], mode);
    };
  const copyAsync: Make = (original) =>
    async function (...args) {
      const mode = expectPlain(args[0]);
      await Reflect.apply(original, this, args);
      expectPlainCopy(args[1], mode);
    };
  const copyThenCall: Make = (original) =>
    function (...args) {
      const callback = args.at(-1);
      if (typeof callback !== "function") return Reflect.apply(original, this, args);
      const mode = expectPlain(args[0]);
      const end = (error: unknown) => {
        try {
          if (!error) expectPlainCopy(args[1], mode);
        } catch (refusal) {
          error = refusal;
        }
        callback(error ?? null);
      };
      return Reflect.apply(original, this, [...args.slice(0, -1), end]);
    };
  define(owner, "copyFile", isAsync ? copyAsync : copyThenCall);
  define(owner, "copyFileSync", copySync);
}

type Make = (original: AnyFunction) => AnyFunction;

function define(owner: object, name: string, make: Make): void {
  const original = Reflect.get(owner, name) as AnyFunction | undefined;
  if (original !== undefined) Object.defineProperty(owner, name, { value: make(original) });
}
