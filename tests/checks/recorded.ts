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

/** The output of a plugin of monitoring-plugins 2.3.3 for these arguments and this reading. */
export interface Recorded<Reading> {
  args: string;
  reading: Reading;
  code: number;
  text: string;
}

/** Parses arguments to the typed options of a check. */
export function optionsOf<O extends Options>(check: Check<O>, args: string): OptionValues<O> {
  const specs = check.definition.options ?? {};
  const given = parseArguments(args === "" ? [] : args.split(" "), specs);
  const { values, errors } = parseOptions(specs, { ...check.values, ...given.values });
  assertEquals([...given.errors, ...errors], []);
  return values as OptionValues<O>;
}

/** Compares a result with plugin output: state, text, and the values of the perfdata. */
export function assertOutput(result: CheckResult, recorded: { code: number; text: string }): void {
  const { state, text } = presentResult(result);
  assertEquals(returnCode(state), recorded.code, text);
  assertEquals(parsePluginOutput(text), parsePluginOutput(recorded.text));
}
