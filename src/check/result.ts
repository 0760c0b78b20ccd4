import { evaluate, type Perfdata } from "../nagios/perfdata.ts";
import { formatPluginOutput, type PluginOutput } from "../nagios/plugin_output.ts";
import type { State } from "../nagios/state.ts";

/**
 * Result of a check. A check may also return a string, which is an OK result.
 *
 * @example
 * ```ts
 * import { type CheckResult, defineCheck, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const result: CheckResult = {
 *   output: "load is 6.2",
 *   perfdata: [{ label: "load1", value: 6.2, warning: "5", critical: "10" }],
 * };
 * const load = defineCheck({ description: "Load", run: () => result });
 * assertEquals((await testCheck(load)).state, "WARNING"); // by the thresholds of the perfdata
 * ```
 */
export interface CheckResult {
  /** The first line: the text of a notification. */
  output: string;
  /** The state; default: the worst state by the thresholds of the perfdata, or OK. */
  state?: State | undefined;
  /** Further lines. */
  longOutput?: string | undefined;
  /** The measured values, each with its thresholds. */
  perfdata?: readonly Perfdata[] | undefined;
}

/** Further parts of a result, for {@linkcode ok}, `warning`, `critical` and `unknown`. */
export type ResultDetails = Pick<CheckResult, "longOutput" | "perfdata">;

/**
 * Returns a result with the state OK.
 *
 * @param output the first line
 * @param details long output and perfdata
 * @returns the result
 *
 * @example
 * ```ts
 * import { ok } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ok("release 42 is live").state, "OK");
 * ```
 */
export function ok(output: string, details: ResultDetails = {}): CheckResult {
  return { ...details, output, state: "OK" };
}

/**
 * Returns a result with the state WARNING.
 *
 * @param output the first line
 * @param details long output and perfdata
 * @returns the result
 *
 * @example
 * ```ts
 * import { warning } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(warning("certificate ends in 9 days").state, "WARNING");
 * ```
 */
export function warning(output: string, details: ResultDetails = {}): CheckResult {
  return { ...details, output, state: "WARNING" };
}

/**
 * Returns a result with the state CRITICAL.
 *
 * @param output the first line
 * @param details long output and perfdata
 * @returns the result
 *
 * @example
 * ```ts
 * import { critical } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(critical("queue is stuck").state, "CRITICAL");
 * ```
 */
export function critical(output: string, details: ResultDetails = {}): CheckResult {
  return { ...details, output, state: "CRITICAL" };
}

/**
 * Returns a result with the state UNKNOWN: the check could not determine the state.
 *
 * @param output the first line
 * @param details long output and perfdata
 * @returns the result
 *
 * @example
 * ```ts
 * import { unknown } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(unknown("no sensor found").state, "UNKNOWN");
 * ```
 */
export function unknown(output: string, details: ResultDetails = {}): CheckResult {
  return { ...details, output, state: "UNKNOWN" };
}

/**
 * Converts a result to state and text, the output of every plugin (Nagios plugin API).
 *
 * @param result the return value of the check
 * @returns the state and the text, perfdata included
 * @throws {TypeError} if the result or its perfdata is malformed
 *
 * @example
 * ```ts
 * import { presentResult } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const perfdata = [{ label: "age", value: 90, uom: "s", warning: "60" }];
 * assertEquals(presentResult({ output: "old", perfdata }), {
 *   state: "WARNING",
 *   text: "old|age=90s;60",
 * });
 * ```
 */
export function presentResult(result: CheckResult | string): PluginOutput {
  if (typeof result === "string") result = { output: result };
  if (typeof result !== "object" || result === null || !("output" in result)) {
    throw new TypeError(
      `Invalid result of type ${
        describe(result)
      }: expected a string or { output, state?, longOutput?, perfdata? }`,
    );
  }
  const { output, longOutput = "", perfdata = [] } = result;
  requireType("output", output, typeof output === "string", "string");
  requireType("longOutput", longOutput, typeof longOutput === "string", "string");
  requireType("perfdata", perfdata, Array.isArray(perfdata), "array");
  const state = result.state ?? evaluate(perfdata);
  if (!states.has(state)) {
    throw new TypeError(
      `Invalid state ${JSON.stringify(state)}: expected "OK", "WARNING", "CRITICAL" or "UNKNOWN"`,
    );
  }
  return { state, text: formatPluginOutput({ output, longOutput, perfdata }) };
}

const states: ReadonlySet<unknown> = new Set<State>(["OK", "WARNING", "CRITICAL", "UNKNOWN"]);

function requireType(name: string, value: unknown, valid: boolean, expected: string): void {
  if (valid) return;
  throw new TypeError(
    `Invalid ${name} of type ${
      describe(value)
    } in the result: expected a value of type ${expected}`,
  );
}

function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}
