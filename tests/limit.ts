/**
 * `deno task test` loads this file before each test file. It sets a default for the `timeout` of
 * tests. A test that hangs fails with its name, and the next test runs.
 */

import { within } from "./waiting.ts";

/** The default timeout, in milliseconds. The limits of single waits in `waiting.ts` are shorter. */
const defaultTimeout = 120_000;

/** The test runner reads the location of a test from this property of its function. */
const location = Symbol.for("Deno.test.location");

const register = Deno.test;

/** Converts the arguments of any overload of `Deno.test` to a definition. */
function definitionOf(args: unknown[]): Deno.TestDefinition {
  const [first, second, third] = args;
  const options = args.filter((arg) => typeof arg === "object");
  const fn = args.find((arg) => typeof arg === "function");
  const name = [first, second, third].find((arg) => typeof arg === "string");
  const definition = Object.assign({}, ...options, fn && { fn }, name !== undefined && { name });
  return { ...definition, name: definition.name ?? definition.fn.name };
}

/** Returns the location of the call in a test file, as "file:line:column". */
function callSite(): string | undefined {
  const lines = new Error().stack!.split("\n").slice(1);
  const outside = lines.find((line) => !line.includes(import.meta.url) && line.includes("://"));
  return outside?.match(/\(?(\w+:\/\/[^()]+:\d+:\d+)\)?$/)?.[1];
}

/** Registers a test that fails at its limit. */
function registerLimited({ timeout = defaultTimeout, ...definition }: Deno.TestDefinition): void {
  const { fn, permissions = "inherit" } = definition;
  // Deno 2.9.6 does not restore permissions after a timeout: the next test with its own permissions
  // crashes. A test with its own permissions therefore gets a limit without Deno's timeout: it fails
  // at the limit, but may continue in the background.
  const native = permissions === "inherit";
  const run = async (test: Deno.TestContext) => {
    if (native) return await fn(test);
    await within(timeout, "the test", Promise.resolve(fn(test)));
  };
  Object.assign(run, { [location]: callSite() });
  register({ ...definition, ...(native && { timeout }), fn: run });
}

const limited = (...args: unknown[]) => registerLimited(definitionOf(args));

Object.defineProperty(Deno, "test", { value: Object.assign(limited, register) });
