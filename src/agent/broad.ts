import type { Permissions } from "../check/declared_permissions.ts";

/** Programs that can start any other program. */
const starters =
  /\/(?:ba|da|k|z|tc)?sh$|\/(?:busybox|deno|env|node|nohup|perl|php|ruby|setsid|sudo|timeout|xargs|python[\d.]*)$/;

/**
 * Explains why an entry is broader than a single check is likely to need.
 *
 * @param kind the permission
 * @param entry the entry
 * @returns the reason, as in `is the whole disk`; undefined if the entry is narrow
 */
export function whyBroad(kind: keyof Permissions, entry: string): string | undefined {
  if (kind === "read" || kind === "write") return entry === "/" ? "is the whole disk" : undefined;
  if (kind === "run") return starters.test(entry) ? "can start any other program" : undefined;
  if (kind !== "net") return undefined;
  if (entry.startsWith("*")) return "is any host";
  return /:\d+$/.test(entry) ? undefined : "is any port of that host";
}
