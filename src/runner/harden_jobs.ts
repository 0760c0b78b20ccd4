/**
 * Bounds the computations that the runtime does in threads of its own. Nothing can end such a
 * computation: it continues after the deadline and after the end of the sandbox, and keeps a core
 * busy. Functions of `node:crypto` with a callback compute on the thread of the check instead, where
 * the deadline finds them. `crypto.subtle` cannot do this, so its computations are limited.
 */
import { isObject } from "./protect.ts";
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
/** Bits of a derived key whose type sets no length, for example HMAC with SHA-256. */
const keyBits = 512;
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
  /** Bounds a function that derives bits. */
  derivingBits(original: AnyFunction): AnyFunction;
  /** Bounds a function that derives a key. */
  derivingKey(original: AnyFunction): AnyFunction;
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

  return {
    generating: limit(boundGeneration),
    derivingBits: limit(boundBits),
    derivingKey: limit(boundKey),
  };
}

function boundGeneration([algorithm, ...rest]: unknown[]): unknown[] {
  const given = copyNumbers(algorithm, ["modulusLength"]);
  expectAtMost(maxModulusBits, "modulusLength", numberIn(given, "modulusLength"));
  return [given, ...rest];
}

function boundBits([algorithm, key, length, ...rest]: unknown[]): unknown[] {
  const bits = typeof length === "string" ? Number(length) : length;
  return [boundDerivation(algorithm, typeof bits === "number" ? bits : 0), key, bits, ...rest];
}

function boundKey([algorithm, key, type, ...rest]: unknown[]): unknown[] {
  const given = copyNumbers(type, ["length"]);
  const bits = numberIn(given, "length") || keyBits;
  return [boundDerivation(algorithm, bits), key, given, ...rest];
}

// Returns a copy of the algorithm.
function boundDerivation(algorithm: unknown, bits: number): unknown {
  const given = copyNumbers(algorithm, ["iterations", "memory", "passes"]);
  const blocks = Math.max(Math.ceil(bits / blockBits), 1);
  expectAtMost(maxIterations, "iterations", numberIn(given, "iterations") * blocks);
  expectAtMost(maxPasses, "passes", numberIn(given, "memory") * numberIn(given, "passes"));
  return given;
}

// Copies the parameters of an algorithm, so that they cannot change after they were checked.
function copyNumbers(algorithm: unknown, names: readonly string[]): unknown {
  if (!isObject(algorithm)) return algorithm;
  const copy: Record<string, unknown> = {};
  for (const name in algorithm) copy[name] = Reflect.get(algorithm, name);
  for (const name of names) if (copy[name] !== undefined) copy[name] = toNumber(name, copy[name]);
  return copy;
}

// The runtime converts some of these numbers modulo 2 ** 32.
function toNumber(name: string, value: unknown): number {
  const number = Number(value);
  if (number >= 0 && number < 2 ** 32) return number;
  throw new TypeError(`Invalid ${name}: expected a number from 0 to ${2 ** 32 - 1}`);
}

function numberIn(algorithm: unknown, name: string): number {
  const value: unknown = Reflect.get(Object(algorithm), name);
  return typeof value === "number" ? value : 0;
}

function expectAtMost(most: number, name: string, cost: number): void {
  if (cost > most) throw new RangeError(`Invalid ${name}: the computation would take too long`);
}
