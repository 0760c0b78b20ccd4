import { quoteText } from "./text.ts";

/**
 * What a check says about the thing it watches. The names are what people read; the numbers 0 to 3
 * that plugins exit with and NRPE carries appear at the edges only, through {@linkcode returnCode}
 * and {@linkcode stateOf}.
 */
export type State = "OK" | "WARNING" | "CRITICAL" | "UNKNOWN";

/** The states at the place of their return code. */
const STATES: readonly State[] = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];

/** From best to worst, as Monitoring::Plugin's `max_state_alt` has it. */
const SEVERITY: Readonly<Record<State, number>> = { OK: 0, UNKNOWN: 1, WARNING: 2, CRITICAL: 3 };

/**
 * The number that stands for a state in a plugin's exit code and in an NRPE response (Monitoring
 * Plugins guidelines, "Plugin Return Codes").
 *
 * @param state The state
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
 * The state that a return code stands for. A code that no state has is UNKNOWN, as engines treat
 * the exit code of a plugin: 126, 127 and 255 come from shells and from crashes, not from checks.
 *
 * @param code An exit code or the result code of an NRPE response
 * @returns The state; UNKNOWN for anything but 0, 1 and 2
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
 * Reads a state as people and the options of `check_nrpe` write it: a name in any case, or its
 * return code as one digit.
 *
 * @param text For example `critical`, `OK` or `2`
 * @returns The state
 * @throws {SyntaxError} If the text is neither; `00` and ` ok` are not
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
 * The worst of several states, in the order OK < UNKNOWN < WARNING < CRITICAL: what is known to be
 * broken outweighs what is not known.
 *
 * @param states States, or lists of them
 * @returns The worst; OK where there is none
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
