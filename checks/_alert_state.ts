import type { State } from "../src/mod.ts";

/** How options of network plugins write a state; the short forms are those that people use. */
export type AlertName = "ok" | "warn" | "warning" | "crit" | "critical";

/** All of them. */
export const alertNames: readonly AlertName[] = ["ok", "warn", "warning", "crit", "critical"];

/**
 * The state that an option names.
 *
 * @param name The option's value
 * @returns The state
 */
export function alertState(name: AlertName): State {
  return name === "ok" ? "OK" : name.startsWith("warn") ? "WARNING" : "CRITICAL";
}
