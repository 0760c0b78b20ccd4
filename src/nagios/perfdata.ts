import { alerts, type Range } from "./range.ts";
import { type State, worst } from "./state.ts";
import { thresholdRange } from "./threshold.ts";

/**
 * One item of performance data: a measured value with its thresholds and its limits for graphs. Its
 * text form is `'label'=value[UOM];[warn];[crit];[min];[max]` (Monitoring Plugins guidelines,
 * "Performance data").
 */
export interface Perfdata {
  /** The name of the value, unique in its output. */
  label: string;
  /** The value; `"U"` if it could not be determined. */
  value: number | "U";
  /** The unit of measurement: `s`, `ms`, `%`, `B`, `KB`, `c` for a counter… */
  uom?: string | undefined;
  /** The threshold range for WARNING, in the unit of the value; `""` sets no threshold. */
  warning?: Range | string | undefined;
  /** The threshold range for CRITICAL, in the unit of the value; `""` sets no threshold. */
  critical?: Range | string | undefined;
  /** The lowest possible value, for graphs. */
  min?: number | undefined;
  /** The highest possible value, for graphs. */
  max?: number | undefined;
}

/**
 * Returns the state of measured values, according to their thresholds. CRITICAL is tested before
 * WARNING. A value without thresholds is OK. `"U"` and NaN are UNKNOWN, with or without thresholds.
 *
 * @param perfdata one value or a list
 * @returns the state of the value, or the worst state of the list; OK for an empty list
 * @throws {SyntaxError} if a threshold is a string and not a valid range
 *
 * @example
 * ```ts
 * import { evaluate } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(evaluate({ label: "load1", value: 4.2, warning: "4", critical: "8" }), "WARNING");
 * assertEquals(evaluate({ label: "rta", value: "U", critical: "100" }), "UNKNOWN");
 * ```
 */
export function evaluate(perfdata: Perfdata | readonly Perfdata[]): State {
  return "label" in perfdata ? judge(perfdata) : worst(perfdata.map(judge));
}

function judge({ value, warning, critical }: Perfdata): State {
  const criticalRange = thresholdRange(critical);
  const warningRange = thresholdRange(warning);
  if (value === "U" || Number.isNaN(value)) return "UNKNOWN";
  if (criticalRange && alerts(criticalRange, value)) return "CRITICAL";
  if (warningRange && alerts(warningRange, value)) return "WARNING";
  return "OK";
}
