import type { Ending } from "../host/process_tree.ts";
import { formatPluginOutput, type PluginOutput } from "../nagios/plugin_output.ts";
import { returnCode } from "../nagios/state.ts";
import { readRefusal, type Refusal } from "./refusal.ts";

/** The ending of a query, for the log and the counters. */
export type Outcome = "done" | "timeout" | "failed" | "busy" | "refused" | "undefined" | "version";

/** Result of a query, from the sandbox to the log. */
export interface Answer {
  /** State and text that the engine receives. */
  output: PluginOutput;
  outcome: Outcome;
  /**
   * For the log only: a stack, a plugin's standard error, or the reason why a query was refused.
   */
  reason?: string | undefined;
  /** The refused permission, if the answer reports a refusal. */
  refusal?: Refusal | undefined;
  /** The way in which a plugin was ended at its deadline. */
  ending?: Ending;
  /** Set if the daemon closes the connection without an answer, as NRPE does to refuse a query. */
  silent?: true;
}

/** Maximum length of output text from a sandbox, in characters: the capacity of a packet. */
export const MAX_TEXT = 65_536;

/**
 * Makes an UNKNOWN answer for a failure.
 *
 * @param outcome how the query ended
 * @param output the first line
 * @param longOutput further lines
 * @param facts data for the log and the counters
 * @returns the answer
 */
export function failure(
  outcome: Outcome,
  output: string,
  longOutput?: string,
  facts: Pick<Answer, "reason" | "refusal" | "silent"> = {},
): Answer {
  const text = formatPluginOutput({ output, longOutput });
  return { output: { state: "UNKNOWN", text }, outcome, ...facts };
}

/**
 * Reads an answer that comes from a sandbox. Keeps only the known properties, checks each property,
 * and cuts it to its maximum length.
 *
 * @param value the answer, of any shape
 * @returns the answer; undefined if it has no valid output
 */
export function readAnswer({ output, reason, refusal }: Partial<Answer>): Answer | undefined {
  if (!output || returnCode(output.state) < 0 || typeof output.text !== "string") return undefined;
  const checked = readRefusal(refusal);
  return {
    output: { state: output.state, text: output.text.slice(0, MAX_TEXT) },
    outcome: "done",
    ...(typeof reason === "string" && { reason: reason.slice(0, MAX_TEXT) }),
    ...(checked && { refusal: checked }),
  };
}
