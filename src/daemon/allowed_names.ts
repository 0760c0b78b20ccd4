import { type Lookup, NO_ADDRESS } from "../agent/resolve_listen.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";
import type { Log } from "./log.ts";

/** Looks up the names of allowed hosts, and logs the names that do not resolve. */
export interface AllowedNames {
  /** Looks up a name of the list. The acceptor cannot look up any other name. */
  resolve: Lookup;
  /** Looks up all names, so that the log contains the reason before the first host is refused. */
  inspect(): Promise<void>;
}

/**
 * Creates the lookup for the names of allowed hosts.
 *
 * @param allowedHosts the valid entries
 * @param lookup looks a name up
 * @param log receives a warning for each lookup without an address
 * @returns the lookup
 */
export function allowedNames(
  allowedHosts: readonly string[],
  lookup: Lookup,
  log: Log,
): AllowedNames {
  const names = new Set(allowedHosts.flatMap((host) => parseAllowedHost(host).name ?? []));

  async function resolve(name: string): Promise<readonly string[]> {
    // A query to a name server could carry data, so that other names are not looked up.
    if (!names.has(name)) throw new Error("Not an allowed host");
    try {
      const found = await lookup(name);
      if (found.length === 0) warn(name, NO_ADDRESS);
      return found;
    } catch (error) {
      warn(name, (error as Error).message);
      // After a failed lookup, the acceptor keeps the last addresses of the name.
      throw error;
    }
  }

  function warn(name: string, reason: string): void {
    log("warning", "allowed host", {
      reason: `Cannot resolve host name ${JSON.stringify(name)}: ${reason}`,
    });
  }

  return {
    resolve,
    async inspect() {
      await Promise.allSettled([...names].map(resolve));
    },
  };
}
