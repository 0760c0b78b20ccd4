import type { Lookup } from "../agent/resolve_listen.ts";

/** The addresses of names to listen on, as the launcher found them at the start. */
export type ResolvedNames = ReadonlyMap<string, readonly string[]>;

/**
 * Formats resolved names as one word for the command line of the daemon.
 *
 * @param names the addresses by name
 * @returns `NAME=ADDRESS,ADDRESS;NAME=ADDRESS`
 */
export function formatResolved(names: ResolvedNames): string {
  return [...names].map(([name, addresses]) => `${name}=${addresses}`).join(";");
}

/**
 * Parses the result of {@linkcode formatResolved}.
 *
 * @param text the word
 * @returns the addresses by name
 */
export function parseResolved(text: string): ResolvedNames {
  return new Map(
    text.split(";").filter((part) => part !== "").map((part) => {
      const [name, addresses] = part.split("=") as [string, string];
      return [name, addresses.split(",")];
    }),
  );
}

/**
 * Returns a lookup that finds only names that were resolved before. The process has permission only
 * for their addresses. A new lookup could return other addresses.
 *
 * @param names the addresses by name
 * @returns the lookup
 */
export function lookupAmong(names: ResolvedNames): Lookup {
  return (name) => {
    const found = names.get(name);
    return found === undefined
      ? Promise.reject(new Error("names are resolved at the start only: restart the daemon"))
      : Promise.resolve(found);
  };
}
