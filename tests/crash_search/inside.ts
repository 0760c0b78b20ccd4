/** Runs in a hardened sandbox: makes calls, and prints the position of each call before it. */
import { type Call, callsOf, resultArgs } from "./plans.ts";
import { createScope, type Evaluate } from "./scope.ts";
import { receivers } from "./receivers.ts";
import { moreSamples } from "./more_samples.ts";
import { scripts } from "./scripts.ts";
import { samples } from "./samples.ts";
import { subtleSamples } from "./subtle_samples.ts";
import { createSurface, type Reached, type Surface } from "./surface.ts";

/** A call: the number of the function, of its arguments, and of a method of the result. */
export type Position = [fn: number, call: number, method: number];

/** The order for a process: the calls to make. */
export interface Order {
  /** Names of `node:` modules, including the modules that are closed to checks. */
  modules: readonly string[];
  /** Properties of `made` from the search: paths, a port, a certificate. */
  facts: Readonly<Record<string, unknown>>;
  task:
    | { kind: "list" }
    /** Evaluate expressions, and print their results. */
    | { kind: "evaluate"; codes: readonly string[] }
    /** Print the expression of a call. */
    | { kind: "describe"; at: Position }
    /** Make the calls from one position to another, including both. */
    | { kind: "run"; from: Position; to: Position; skip: readonly number[] };
}

/** Writes a line. */
type Print = (line: string) => void;

/** The time limit for the calls of one function. Its remaining calls are skipped. */
const maxMilliseconds = 3_000;
/** The wait for a promise, in milliseconds, and the maximum number of full waits. */
const patience = 10;
const maxWaits = 8;
/** The wait at the end, so that work in other threads can still fail. */
const lastMilliseconds = 250;
/** The maximum number of results whose methods are called, for each function. */
const maxResults = 24;

// These functions are read first, because the calls may replace globals that are not frozen.
const { apply, construct, ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const { setTimeout } = globalThis;
const now = performance.now.bind(performance);
const later = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Makes the calls of an order, and prints their results. */
export async function carryOut({ modules, facts, task }: Order, print: Print): Promise<void> {
  Error.stackTraceLimit = 0;
  const evaluate = await createScope(facts);
  if (task.kind === "evaluate") return await evaluateAll(task.codes, evaluate, print);
  const surface = createSurface();
  for (const code of receivers) {
    const instance = attempt(() => evaluate(code));
    if (Object(instance) === instance) {
      surface.addMethods(instance as object, code);
      // The object may contain native handles, whose methods check few arguments.
      surface.walk(instance as object, code);
    } else if (instance !== undefined) surface.addMethods(Object(instance), code);
  }
  surface.walk(Deno, "Deno");
  surface.walk(globalThis, "globalThis");
  for (const name of modules) await walkModule(surface, name);
  const targets = withSamples(surface.reached, evaluate);
  const calls = createCalls(targets, evaluate, print);
  if (task.kind === "list") {
    targets.forEach(({ name, receiver }, at) => print(`#${at} ${name} on ${receiver}`));
  } else if (task.kind === "describe") print(`#${calls.describe(task.at)}`);
  else await calls.run(task.from, task.to, new Set(task.skip));
}

async function evaluateAll(codes: readonly string[], evaluate: Evaluate, print: Print) {
  for (const [at, code] of codes.entries()) {
    print(`@${at}:0:-1:`);
    try {
      await evaluate(code);
      print("#");
    } catch (error) {
      print(`#${String(error).replaceAll("\n", " ")}`);
    }
  }
  await later(lastMilliseconds);
}

async function walkModule(surface: Surface, name: string): Promise<void> {
  try {
    const module: object = await import(`node:${name}`);
    surface.walk(module, `node("${name}")`);
  } catch {
    // The module is closed to checks.
  }
}

interface Target extends Reached {
  samples: (readonly string[])[];
  /** Set if the target is a whole expression and not a function. */
  isScript?: true;
}

function withSamples(reached: readonly Reached[], evaluate: Evaluate): Target[] {
  const targets: Target[] = reached.map((one) => ({ ...one, samples: [] }));
  const first = new Map(targets.toReversed().map((one) => [one.fn, one]));
  for (const [name, args] of [...samples, ...subtleSamples, ...moreSamples]) {
    const fn = attempt(() => evaluate(name));
    first.get(fn as Reached["fn"])?.samples.push(args);
  }
  const whole = scripts.map((code): Target => ({
    ...{ name: code, receiver: "undefined", samples: [] },
    fn: () => evaluate(code),
    isScript: true,
  }));
  return [...whole, ...targets];
}

function createCalls(targets: readonly Target[], evaluate: Evaluate, print: Print) {
  let waits = 0;
  let results = 0;

  async function settled(value: unknown): Promise<unknown> {
    if (Object(value) !== value || typeof (value as { then?: unknown }).then !== "function") {
      return value;
    }
    const late = Symbol();
    const pause = waits < maxWaits ? patience : 0;
    const settled = await Promise.race([value, later(pause).then(() => late)]);
    if (settled === late) waits++;
    return settled === late ? undefined : settled;
  }

  // Calls the methods of a result, because the previous call may have prepared a failure.
  async function callMethods(result: unknown, prefix: string, last: number): Promise<void> {
    if (Object(result) !== result || results++ >= maxResults) return;
    let method = 0;
    for (const [name, fn] of methodsOf(result as object)) {
      const variant = resultArgs[(method + results) % resultArgs.length]!;
      for (const args of variant.length === 0 ? [variant] : [[], variant]) {
        if (method > last) return;
        print(`@${prefix}:${method++}:.${name}(${args.join(", ")})`);
        await attemptLater(async () => {
          const given = args.map((code) => evaluate(code));
          await settled(apply(fn, result, given));
        });
      }
    }
  }

  async function runFunction(target: Target, fn: number, from: Position, to: Position) {
    const start = now();
    waits = results = 0;
    let call = 0;
    for (const { receiver, args, construct: isNew } of callsTo(target)) {
      const at = call++;
      if (fn === from[0] && at < from[1]) continue;
      if (fn === to[0] && at > to[1]) return;
      if (now() - start > maxMilliseconds) {
        print(`!cut ${fn}`);
        return;
      }
      print(`@${fn}:${at}:-1:`);
      await attemptLater(async () => {
        const owner = evaluate(receiver);
        const given = args.map((code) => evaluate(code));
        const result = isNew ? construct(target.fn, given) : apply(target.fn, owner, given);
        const value = await settled(result);
        await callMethods(value, `${fn}:${at}`, fn === to[0] && at === to[1] ? to[2] : 1e6);
      });
    }
  }

  return {
    describe([fn, call]: Position): string {
      const target = targets[fn]!;
      if (target.isScript) return target.name;
      const { receiver, args, construct } = [...callsTo(target)][call]!;
      const list = args.join(", ");
      if (construct) return `new (${target.name})(${list})`;
      if (target.name.startsWith(`${receiver}.`)) return `${target.name}(${list})`;
      return `(${target.name}).call(${[receiver, ...args].join(", ")})`;
    },
    async run(from: Position, to: Position, skip: ReadonlySet<number>): Promise<void> {
      for (let fn = from[0]; fn <= Math.min(to[0], targets.length - 1); fn++) {
        if (skip.has(fn)) continue;
        await runFunction(targets[fn]!, fn, from, to);
        await later(0);
      }
      await later(lastMilliseconds);
    },
  };
}

function callsTo(target: Target): Iterable<Call> {
  if (target.isScript) return [{ receiver: target.receiver, args: [], construct: false }];
  return callsOf(target, target.samples);
}

function methodsOf(result: object): [string, Reached["fn"]][] {
  const found: [string, Reached["fn"]][] = [];
  const plain: unknown[] = [Object.prototype, Function.prototype, Array.prototype, null];
  plain.push(Promise.prototype, getPrototypeOf(Uint8Array.prototype));
  let part = getPrototypeOf(result);
  for (let depth = 0; depth < 2 && !plain.includes(part); depth++) {
    for (const key of ownKeys(part!)) {
      const { value, get } = getOwnPropertyDescriptor(part!, key)!;
      const fn = value ?? get;
      if (typeof fn === "function" && key !== "constructor") found.push([String(key), fn]);
    }
    part = getPrototypeOf(part!);
  }
  return found;
}

function attempt(make: () => unknown): unknown {
  try {
    return make();
  } catch {
    return undefined;
  }
}

async function attemptLater(make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch {
    // The call is refused, as expected.
  }
}
