import {
  type Check,
  type CheckResult,
  defineCheck,
  type Option,
  option,
  parseState,
  returnCode,
  stateOf,
} from "../src/mod.ts";

/** The options of {@linkcode dummy}. */
export type DummyOptions = {
  /** The state to report. */
  state: Option<string, string, "required">;
  /** What to say. */
  text: Option<string, string, "optional">;
};

/**
 * Says what it is told to, as `check_dummy` of monitoring-plugins: for tests, and to hold a name.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { dummy } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: { check_moved: dummy({ state: "warning", text: "ask the new host" }) },
 * });
 * ```
 */
export const dummy: Check<DummyOptions> = defineCheck<DummyOptions>({
  description: "A fixed state and text",
  options: {
    state: option.text({
      short: "s",
      description: "The state: 0 to 3, or ok, warning, critical, unknown",
      pattern: /-?\d{1,9}|[A-Za-z]{1,9}/,
      expected: "0 to 3, ok, warning, critical or unknown",
      required: true,
    }),
    text: option.text({ short: "t", description: "What to say after the state" }),
  },
  run: ({ state, text }) => presentDummy(state, text),
});

/**
 * Words a state.
 *
 * @param state A return code or the name of a state
 * @param text What follows the state's name
 * @returns What `check_dummy` would say; UNKNOWN where the number is no return code
 * @throws {SyntaxError} If the name is no state
 */
export function presentDummy(state: string, text?: string): CheckResult {
  const code = /^-?\d+$/.test(state) ? Number(state) : returnCode(parseState(state));
  const name = stateOf(code);
  if (code !== returnCode(name)) {
    return { state: name, output: `${name}: Status ${code} is not a supported error state` };
  }
  return { state: name, output: text === undefined ? name : `${name}: ${text}` };
}
