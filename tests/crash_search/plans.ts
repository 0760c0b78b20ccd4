/** The calls of one function, in the same order each time. */
import type { Reached } from "./surface.ts";
import { core, few, values, wrongReceivers } from "./values.ts";

/** One call, as expressions. */
export interface Call {
  receiver: string;
  args: readonly string[];
  construct: boolean;
}

/** Values for a method of a result. */
export const resultArgs: readonly (readonly string[])[] = [
  [],
  ...["-1", "2 ** 31 - 1", "2 ** 53", '""', "new Uint8Array(0)", "all(-1)"].map((one) => [one]),
  ["new Uint8Array(4)", '"hex"'],
];

/** Lists the calls of a function. `samples` are arguments that the function accepts. */
export function* callsOf(
  { name, fn, receiver }: Reached,
  samples: readonly (readonly string[])[],
): Generator<Call> {
  // A getter has no arguments, and a setter has one.
  const arity = name.startsWith("get(") ? 0 : name.startsWith("set(") ? 1 : arityOf(fn);
  const kinds = isClass(fn) ? [true] : isConstructor(fn) ? [false, true] : [false];
  for (const construct of kinds) {
    // Successful calls come first, so that their variants are tried before the time limit.
    for (const args of samples) {
      yield { receiver, args, construct };
      for (const variant of variantsOf(args)) yield { receiver, args: variant, construct };
    }
    for (const args of argumentsOf(arity)) yield { receiver, args, construct };
  }
  if (kinds.includes(false)) {
    for (const wrong of wrongReceivers) {
      for (const args of [[], ["0"], ["all(-1)", "-1", "2 ** 31"]]) {
        yield { receiver: wrong, args, construct: false };
      }
    }
  }
}

function* argumentsOf(arity: number): Generator<string[]> {
  yield [];
  if (arity < 1) return;
  for (const one of values) yield [one];
  if (arity < 2) return;
  for (const one of core) for (const two of core) yield [one, two];
  for (const second of values) yield ['"a"', second];
  if (arity < 3) return;
  for (const one of few) {
    for (const two of few) {
      for (const three of few) yield Array(arity).fill(three).with(0, one).with(1, two);
    }
  }
}

// Replaces each argument, each option and each pair of arguments.
function* variantsOf(args: readonly string[]): Generator<string[]> {
  for (let at = 0; at < args.length; at++) {
    for (const value of values) yield args.with(at, value);
    for (const key of optionsOf(args[at]!)) {
      yield args.with(at, `once(${args[at]}, "${key}")`);
      for (const value of values) yield args.with(at, `{ ...${args[at]}, ${key}: ${value} }`);
    }
    for (let other = at + 1; other < args.length; other++) {
      for (const one of core) {
        for (const two of core) yield args.with(at, one).with(other, two);
      }
    }
  }
}

function optionsOf(arg: string): string[] {
  if (!arg.startsWith("{")) return [];
  // The names in an object literal. Values contain no colon after a space or brace.
  return [...arg.matchAll(/[{,] (\w+)(?=[:,(] ?)/g)].map(([, name]) => name!);
}

function arityOf(fn: Reached["fn"]): number {
  const source = Function.prototype.toString.call(fn);
  if (source.includes("[native code]")) return Math.max(fn.length, 1);
  if (/\barguments\b/.test(source)) return 3;
  const parameters = /\(([^)]*)\)/.exec(source)?.[1] ?? "";
  if (parameters.includes("...")) return 3;
  return Math.min(1 + parameters.split(",").slice(1).length, 8);
}

function isClass(fn: Reached["fn"]): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}

function isConstructor(fn: Reached["fn"]): boolean {
  try {
    Reflect.construct(Object, [], fn);
    return true;
  } catch {
    return false;
  }
}
