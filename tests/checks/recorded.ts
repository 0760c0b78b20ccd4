import { assertEquals } from "@std/assert";
import { parseArguments } from "../../src/check/arguments.ts";
import { parseOptions } from "../../src/check/parse_option.ts";
import {
  type Check,
  type CheckResult,
  type Options,
  type OptionValues,
  parsePluginOutput,
  presentResult,
  returnCode,
} from "../../src/mod.ts";

/** What a plugin of monitoring-plugins 2.3.3 said when it was given these arguments and reading. */
export interface Recorded<Reading> {
  args: string;
  reading: Reading;
  code: number;
  text: string;
}

/** The typed options that arguments stand for. */
export function optionsOf<O extends Options>(check: Check<O>, args: string): OptionValues<O> {
  const specs = check.definition.options ?? {};
  const given = parseArguments(args === "" ? [] : args.split(" "), specs);
  const { values, errors } = parseOptions(specs, { ...check.values, ...given.values });
  assertEquals([...given.errors, ...errors], []);
  return values as OptionValues<O>;
}

/** Holds a result against plugin output: state, every byte of the text, and the perfdata's values. */
export function assertSays(result: CheckResult, recorded: { code: number; text: string }): void {
  const { state, text } = presentResult(result);
  assertEquals(returnCode(state), recorded.code, text);
  assertEquals(parsePluginOutput(text), parsePluginOutput(recorded.text));
}
