import { alerts, type Range } from "./range.ts";
import { type State, worst } from "./state.ts";
import { thresholdRange } from "./threshold.ts";

/**
 * One measured value with all that it takes to judge and to draw it: `'label'=value[UOM];[warn];
 * [crit];[min];[max]` (Monitoring Plugins guidelines, "Performance data").
 */
export interface Perfdata {
  /** The name of the value, unique in its output. */
  label: string;
  /** The value; `"U"` where it could not be determined. */
  value: number | "U";
  /** The unit of measurement: `s`, `ms`, `%`, `B`, `KB`, `c` for a counter… */
  uom?: string | undefined;
  /** Where the value may lie before it is a WARNING; in the unit of the value. Empty text is none. */
  warning?: Range | string | undefined;
  /** Where the value may lie before it is CRITICAL; in the unit of the value. Empty text is none. */
  critical?: Range | string | undefined;
  /** The least that the value can be, for graphs. */
  min?: number | undefined;
  /** The most that the value can be, for graphs. */
  max?: number | undefined;
}

/**
 * Judges values by their own thresholds. The critical range speaks first; a value without
 * thresholds is OK; a value that is `"U"` or NaN is UNKNOWN, whatever its thresholds.
 *
 * @param perfdata One value or several
 * @returns The state of the value, or the worst of several; OK where there is none
 * @throws {SyntaxError} If a threshold given as text is no range
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
