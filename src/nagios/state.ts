import { quoteText } from "./text.ts";

/**
 * The state that a check or plugin returns. {@linkcode returnCode} and {@linkcode stateOf} convert it
 * to and from the number 0 to 3 of an exit code and of an NRPE response.
 */
export type State = "OK" | "WARNING" | "CRITICAL" | "UNKNOWN";

/** The states; the index of each is its return code. */
const STATES: readonly State[] = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];

/** From best to worst, in the order of `max_state_alt` of Monitoring::Plugin. */
const SEVERITY: Readonly<Record<State, number>> = { OK: 0, UNKNOWN: 1, WARNING: 2, CRITICAL: 3 };

/**
 * Returns the number of a state, for the exit code of a plugin and for an NRPE response (Monitoring
 * Plugins guidelines, "Plugin Return Codes").
 *
 * @param state the state
 * @returns 0 for OK, 1 for WARNING, 2 for CRITICAL, 3 for UNKNOWN
 *
 * @example
 * ```ts
 * import { returnCode } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(returnCode("CRITICAL"), 2);
 * ```
 */
export function returnCode(state: State): 0 | 1 | 2 | 3 {
  return STATES.indexOf(state) as 0 | 1 | 2 | 3;
}

/**
 * Returns the state of a return code. Like an engine, it returns UNKNOWN for a code that no state
 * has: 126, 127 and 255 come from shells and from crashes, not from checks.
 *
 * @param code an exit code, or the result code of an NRPE response
 * @returns the state; UNKNOWN for any number except 0, 1 and 2
 *
 * @example
 * ```ts
 * import { stateOf } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stateOf(1), "WARNING");
 * assertEquals(stateOf(127), "UNKNOWN");
 * ```
 */
export function stateOf(code: number): State {
  return STATES[code] ?? "UNKNOWN";
}

/**
 * Reads a state from text: its name in any case, or its return code as one digit. The options of
 * `check_nrpe` take both forms.
 *
 * @param text for example `critical`, `OK` or `2`
 * @returns the state
 * @throws {SyntaxError} if the text is neither form; `00` and ` ok` are refused
 *
 * @example
 * ```ts
 * import { parseState } from "@checkwright/checkwright";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseState("critical"), "CRITICAL");
 * assertEquals(parseState("1"), "WARNING");
 * assertThrows(() => parseState("01"), SyntaxError);
 * ```
 */
export function parseState(text: string): State {
  const name = text.toUpperCase();
  const state = STATES.find((state, code) => state === name || String(code) === text);
  if (state === undefined) {
    throw new SyntaxError(
      `Cannot parse state ${quoteText(text)}: expected OK, WARNING, CRITICAL, UNKNOWN or 0 to 3`,
    );
  }
  return state;
}

/**
 * Returns the worst of several states, in the order OK < UNKNOWN < WARNING < CRITICAL: a known
 * problem outweighs an unknown state.
 *
 * @param states states, or lists of states
 * @returns the worst state; OK without states
 *
 * @example
 * ```ts
 * import { worst } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(worst("OK", "WARNING", "UNKNOWN"), "WARNING");
 * assertEquals(worst(["OK", "UNKNOWN"]), "UNKNOWN");
 * ```
 */
export function worst(...states: (State | readonly State[])[]): State {
  let result: State = "OK";
  for (const state of states.flat() as State[]) {
    if (SEVERITY[state] > SEVERITY[result]) result = state;
  }
  return result;
}
