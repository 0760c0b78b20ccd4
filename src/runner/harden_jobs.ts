/**
 * Bounds the computations that the runtime does in threads of its own. Nothing can end such a
 * computation: it continues after the deadline and after the end of the sandbox, and keeps a core
 * busy. Functions of `node:crypto` with a callback compute on the thread of the check instead, where
 * the deadline finds them. `crypto.subtle` cannot do this, so its computations are limited.
 */
import { type AnyFunction, replaceFunction } from "./replace.ts";

/** Functions of `node:crypto` that also exist with the suffix `Sync`. */
const withCallback = [
  ...["pbkdf2", "scrypt", "hkdf", "generateKey", "generateKeyPair", "generatePrime", "checkPrime"],
  "randomFill",
];

/** The maximum number of computations at the same time in a realm; further ones wait. */
const maxJobs = 2;
/** The maximum product of iterations and blocks of PBKDF2: about 5 s. */
const maxIterations = 4_000_000;
/** Bits of the shortest block of PBKDF2, an SHA-1 digest. */
const blockBits = 160;
/** The maximum product of passes and memory (in KiB) of Argon2: about 2 s. */
const maxPasses = 2 ** 20;
/** The maximum length of a generated RSA key, in bits: about 10 s. */
const maxModulusBits = 4_096;

/**
 * Makes functions of `node:crypto` with a callback compute on the thread of the caller. Must run
 * after the functions with the suffix `Sync` were guarded.
 *
 * @param crypto `node:crypto`
 */
export function computeHere(crypto: object): void {
  const later = queueMicrotask;
  for (const name of withCallback) {
    const compute = Reflect.get(crypto, `${name}Sync`) as AnyFunction;
    replaceFunction(crypto, name, (original) => {
      const here: AnyFunction = function (...args) {
        const callback = args.at(-1);
        // The original reports the error.
        if (typeof callback !== "function") return Reflect.apply(original, crypto, args);
        const made = attempt(() => Reflect.apply(compute, crypto, args.slice(0, -1)));
        later(() => callback(...made));
      };
      // `util.promisify()` uses the function in this property.
      for (const key of Object.getOwnPropertySymbols(original)) {
        const value = async (...args: unknown[]) => await Reflect.apply(compute, crypto, args);
        Object.defineProperty(here, key, { value });
      }
      return here;
    });
  }
}

// Returns the arguments of a callback. Like the original, throws if the arguments are invalid.
function attempt(compute: () => unknown): unknown[] {
  try {
    const made = compute() as { publicKey?: unknown; privateKey?: unknown };
    const isPair = typeof made === "object" && made.privateKey !== undefined;
    return isPair ? [null, made.publicKey, made.privateKey] : [null, made];
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (error instanceof TypeError || error instanceof RangeError || code !== undefined) {
      throw error;
    }
    return [error];
  }
}

type Bound = (args: unknown[]) => unknown[];

/** Bounds and counts the computations of `crypto.subtle` in a realm. */
export interface SubtleJobs {
  /** Bounds a function that generates a key. */
  generating(original: AnyFunction): AnyFunction;
  /** Bounds a function that derives bits or a key. */
  deriving(original: AnyFunction): AnyFunction;
}

/** Makes the bounds of a realm. Must run before user code is evaluated. */
export function createSubtleJobs(): SubtleJobs {
  const waiting: (() => void)[] = [];
  let running = 0;

  function limit(bound: Bound): (original: AnyFunction) => AnyFunction {
    return (original) =>
      async function (this: unknown, ...args) {
        const given = bound(args);
        if (running < maxJobs) running++;
        else await new Promise<void>((resolve) => waiting.push(resolve));
        try {
          return await Reflect.apply(original, this, given);
        } finally {
          const next = waiting.shift();
          if (next === undefined) running--;
          else next();
        }
      };
  }

  return { generating: limit(boundGeneration), deriving: limit(boundDerivation) };
}

function boundGeneration([algorithm, ...rest]: unknown[]): unknown[] {
  const given = copyNumbers(algorithm, ["modulusLength"]);
  expectAtMost(maxModulusBits, "modulusLength", numberIn(given, "modulusLength"));
  return [given, ...rest];
}

function boundDerivation([algorithm, key, length, ...rest]: unknown[]): unknown[] {
  const given = copyNumbers(algorithm, ["iterations", "memory", "passes"]);
  const bits = typeof length === "string" ? Number(length) : length;
  // The type of a derived key has at most 512 bits.
  const blocks = Math.ceil((typeof bits === "number" ? bits : 512) / blockBits);
  expectAtMost(maxIterations, "iterations", numberIn(given, "iterations") * Math.max(blocks, 1));
  expectAtMost(maxPasses, "passes", numberIn(given, "memory") * numberIn(given, "passes"));
  return [given, key, bits, ...rest];
}

// Copies the parameters of an algorithm, so that they cannot change after they were checked.
function copyNumbers(algorithm: unknown, names: readonly string[]): unknown {
  if (typeof algorithm !== "object" || algorithm === null) return algorithm;
  const copy: Record<string, unknown> = {};
  for (const name in algorithm) copy[name] = Reflect.get(algorithm, name);
  for (const name of names) if (copy[name] !== undefined) copy[name] = Number(copy[name]);
  return copy;
}

function numberIn(algorithm: unknown, name: string): number {
  const value: unknown = Reflect.get(Object(algorithm), name);
  return typeof value === "number" ? value : 0;
}

function expectAtMost(most: number, name: string, cost: number): void {
  if (cost > most) throw new RangeError(`Invalid ${name}: the computation would take too long`);
}
