import {
  type Check,
  type CheckResult,
  defineCheck,
  type Option,
  option,
  parsePerfdata,
  parsePluginOutput,
  parseState,
  returnCode,
  stateOf,
} from "../src/mod.ts";

/** The options of {@linkcode dummy}. */
export type DummyOptions = {
  /** The state to report. */
  state: Option<string, string, "required">;
  /** The text after the state. */
  text: Option<string, string, "optional">;
};

/**
 * Returns a fixed state and text, like `check_dummy` of monitoring-plugins. Use it for tests and
 * as a placeholder.
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
      description: "State to return: 0 to 3, or ok, warning, critical, unknown",
      pattern: /-?\d{1,9}|[A-Za-z]{1,9}/,
      expected: "0 to 3, ok, warning, critical or unknown",
      required: true,
    }),
    text: option.text({ short: "t", description: "Text after the state" }),
  },
  run: ({ state, text }) => presentDummy(state, text),
});

/**
 * Formats a state and its text.
 *
 * @param state a return code or the name of a state
 * @param text the text after the name of the state
 * @returns the result of `check_dummy`; UNKNOWN if the number is not a return code
 * @throws {SyntaxError} if the name is not a state
 */
export function presentDummy(state: string, text?: string): CheckResult {
  const code = /^-?\d+$/.test(state) ? Number(state) : returnCode(parseState(state));
  const name = stateOf(code);
  if (code !== returnCode(name)) {
    return { state: name, output: `${name}: Status ${code} is not a supported error state` };
  }
  if (text === undefined) return { state: name, output: name };
  const parsed = parseText(text);
  return { ...parsed, state: name, output: `${name}: ${parsed.output}` };
}

// As in the plugin, perfdata after a bar passes through. A bar in other text becomes a space.
function parseText(text: string): CheckResult {
  let malformed = false;
  const [first = ""] = text.split("\n");
  const bar = first.indexOf("|");
  if (bar >= 0) parsePerfdata(first.slice(bar + 1), () => malformed = true);
  return bar < 0 || malformed ? { output: text } : parsePluginOutput(text);
}
