import type { State } from "../src/mod.ts";

/** A state in the options of network plugins; `warn` and `crit` are common short forms. */
export type AlertName = "ok" | "warn" | "warning" | "crit" | "critical";

/** All values of {@linkcode AlertName}. */
export const alertNames: readonly AlertName[] = ["ok", "warn", "warning", "crit", "critical"];

/**
 * Returns the state that an option names.
 *
 * @param name the value of the option
 * @returns the state
 */
export function alertState(name: AlertName): State {
  return name === "ok" ? "OK" : name.startsWith("warn") ? "WARNING" : "CRITICAL";
}
