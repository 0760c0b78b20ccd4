import { parsePluginOutput, type PluginOutput } from "../nagios/plugin_output.ts";
import { formatRange, type Range } from "../nagios/range.ts";
import { returnCode } from "../nagios/state.ts";

/**
 * Converts the output of a command to data for `--json`.
 *
 * @param output state and text
 * @returns state, output, long output, perfdata with thresholds as text, and return code
 */
export function outputAsJson(output: PluginOutput): Record<string, unknown> {
  const { perfdata, ...parsed } = parsePluginOutput(output);
  return {
    ...parsed,
    // A range with an open end has no number that JSON can contain.
    perfdata: perfdata.map(({ warning, critical, ...datum }) => ({
      ...datum,
      ...(warning !== undefined && { warning: threshold(warning) }),
      ...(critical !== undefined && { critical: threshold(critical) }),
    })),
    returnCode: returnCode(output.state),
  };
}

const threshold = (range: Range | string) => typeof range === "string" ? range : formatRange(range);
