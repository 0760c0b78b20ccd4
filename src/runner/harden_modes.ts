/**
 * Refuses the mode bits that make a program run as its owner or group. A daemon often runs as root,
 * and a check may write in some folder: with such a bit, a local user could become root.
 */
import { refuse } from "../check/refusal.ts";
import type { AnyFunction } from "./replace.ts";

/** The bits S_ISUID and S_ISGID. */
const setIdBits = 0o6000;

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
      const change = (args: unknown[]) =>
        args.map((value, at) => at === index - shift ? checked(value) : value);
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
  if (typeof value === "function" || value === null || value === undefined) return value;
  if (typeof value !== "object") return expectNoSetId(value);
  const options: { mode?: unknown } = { ...value };
  return "mode" in options ? { ...options, mode: expectNoSetId(options.mode) } : options;
}

function expectNoSetId(mode: unknown): unknown {
  const isText = typeof mode === "string";
  // A string that is not a number is an encoding.
  const bits = isText ? Number.parseInt(mode, 8) : Number(mode);
  if ((bits & setIdBits) !== 0) {
    throw refuse("A check cannot set the set-user-ID or set-group-ID bit", "chmod");
  }
  return isText || mode === undefined || mode === null ? mode : bits;
}
