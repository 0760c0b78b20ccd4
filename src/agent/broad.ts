import type { Permissions } from "../check/declared_permissions.ts";

/** Programs that start whatever they are told to. */
const starters =
  /\/(?:ba|da|k|z|tc)?sh$|\/(?:busybox|deno|env|node|nohup|perl|php|ruby|setsid|sudo|timeout|xargs|python[\d.]*)$/;

/**
 * Whether an entry grants more than any one check is likely to need.
 *
 * @param kind which permission
 * @param entry the entry
 * @returns what it comes down to, as in `is the whole disk`; undefined where it is narrow
 */
export function whyBroad(kind: keyof Permissions, entry: string): string | undefined {
  if (kind === "read" || kind === "write") return entry === "/" ? "is the whole disk" : undefined;
  if (kind === "run") return starters.test(entry) ? "can start any other program" : undefined;
  if (kind !== "net") return undefined;
  if (entry.startsWith("*")) return "is any host";
  return /:\d+$/.test(entry) ? undefined : "is any port of that host";
}
