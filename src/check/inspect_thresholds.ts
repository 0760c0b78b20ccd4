import type { CheckDefinition, InspectedCommand } from "./define_check.ts";
import { isBeyond, isSet, type Threshold } from "./judge.ts";
import type { OptionKind, OptionSpec } from "./option.ts";

type Specs = Readonly<Record<string, OptionSpec>>;
type Values = Readonly<Record<string, unknown>>;

/** The kinds whose values are threshold ranges, which can be compared with each other. */
const rangeKinds: ReadonlySet<OptionKind> = new Set<OptionKind>([
  ...["range", "ranges", "percentRange", "bytesRange", "durationRange"] as const,
]);

/**
 * Warns of thresholds of a command that cannot be intended: none is set and arguments cannot set
 * one, or a warning threshold has no effect. The thresholds are the options `warning` and
 * `critical`, and pairs with similar names, such as `warningSize` and `criticalSize`.
 *
 * @param definition the definition of the check
 * @param values all parsed option values, with defaults
 * @param command the settings of the command
 * @returns the warnings
 */
export function inspectThresholds(
  // deno-lint-ignore no-explicit-any -- definitions of different checks have one type
  { options = {}, alertsWithoutThresholds = false }: CheckDefinition<any>,
  values: Values,
  { acceptArguments }: InspectedCommand,
): string[] {
  const specs: Specs = options;
  const pairs = Object.keys(specs)
    .map((name) => [name, criticalOf(name)] as const)
    .filter(([warning, critical]) => warning !== critical && Object.hasOwn(specs, critical));
  const isMissing = pairs.some(([name]) => name === "warning") &&
    !isSet(values.warning) && !isSet(values.critical);
  return [
    ...(isMissing && !alertsWithoutThresholds && !acceptArguments
      ? ['The command can never alert: set "warning" or "critical", or acceptArguments: true']
      : []),
    ...pairs.filter(([warning, critical]) =>
      [warning, critical].every((name) => rangeKinds.has(specs[name]!.kind)) &&
      isBeyond({
        warning: values[warning] as Threshold | undefined,
        critical: values[critical] as Threshold | undefined,
      })
    ).map(([warning, critical]) =>
      `The threshold "${warning}" has no effect, because "${critical}" alerts first: ` +
      `exchange them, or omit "${warning}"`
    ),
  ];
}

/** Returns the name of the option for CRITICAL that belongs to the one for WARNING. */
function criticalOf(name: string): string {
  return name.replace(/warning/i, (word) => word.startsWith("w") ? "critical" : "Critical");
}
