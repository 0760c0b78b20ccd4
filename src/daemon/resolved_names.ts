import { type Lookup, RequiredNameError } from "../agent/resolve_listen.ts";

/**
 * The addresses of names to listen on, as the launcher found them at the start. A name that did not
 * resolve has none.
 */
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
      return [name, addresses === "" ? [] : addresses.split(",")];
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
      ? Promise.reject(
        new RequiredNameError("names are resolved at the start only: restart the daemon"),
      )
      : Promise.resolve(found);
  };
}

/** Waits between two lookups of names, in milliseconds; each wait is twice as long as the last. */
export interface LookupWaits {
  /** The first wait. */
  first: number;
  /** The longest wait. */
  most: number;
}

/**
 * Waits until one of the names that did not resolve at the start has an address. The process has no
 * permission for that address: it must be started again.
 *
 * @param names the names, as the launcher found them
 * @param lookup looks a name up
 * @param waits the waits between two lookups
 * @returns the name; pending as long as no name resolves
 */
export async function awaitAddress(
  names: ResolvedNames,
  lookup: Lookup,
  { first, most }: LookupWaits = { first: 1_000, most: 30_000 },
): Promise<string> {
  const missing = [...names].filter(([, addresses]) => addresses.length === 0);
  if (missing.length === 0) return await new Promise(() => {});
  for (let wait = first;; wait = Math.min(2 * wait, most)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    for (const [name] of missing) {
      if ((await lookup(name).catch(() => [])).length > 0) return name;
    }
  }
}
