import { evaluate, type Perfdata } from "../nagios/perfdata.ts";
import { formatPluginOutput, type PluginOutput } from "../nagios/plugin_output.ts";
import type { State } from "../nagios/state.ts";

/** What a check hands back. The text alone is a result too. */
export interface CheckResult {
  /** The first line: what a person reads in a notification. */
  output: string;
  /** Left out: the worst state that the perfdata's own thresholds say. */
  state?: State | undefined;
  /** Further lines. */
  longOutput?: string | undefined;
  /** What was measured, each value with its thresholds. */
  perfdata?: readonly Perfdata[] | undefined;
}

/** What {@linkcode ok} and its siblings take beside the first line. */
export type ResultDetails = Pick<CheckResult, "longOutput" | "perfdata">;

/**
 * A result with the state OK.
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
 * A result with the state WARNING.
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
 * A result with the state CRITICAL.
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
 * A result with the state UNKNOWN: the check could not tell.
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
 * Presents a result as the pair that every plugin hands back (Nagios plugin API).
 *
 * @param result what the check returned
 * @returns the state and the text, perfdata included
 * @throws {TypeError} where the check returned something else, or perfdata that cannot be written
 */
export function presentResult(result: CheckResult | string): PluginOutput {
  if (typeof result === "string") result = { output: result };
  if (typeof result !== "object" || result === null || typeof result.output !== "string") {
    throw new TypeError(
      `Cannot present a result of type ${
        describe(result)
      }: expected text or { output, state?, longOutput?, perfdata? }`,
    );
  }
  const { output, longOutput = "", perfdata = [] } = result;
  const state = result.state ?? evaluate(perfdata);
  if (!states.has(state)) {
    throw new TypeError(
      `Cannot present state ${
        JSON.stringify(state)
      }: expected "OK", "WARNING", "CRITICAL" or "UNKNOWN"`,
    );
  }
  return { state, text: formatPluginOutput({ output, longOutput, perfdata }) };
}

const states: ReadonlySet<unknown> = new Set<State>(["OK", "WARNING", "CRITICAL", "UNKNOWN"]);

function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}
