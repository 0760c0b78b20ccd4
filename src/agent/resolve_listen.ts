import { formatHostPort } from "../net/host_port.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";
import { AgentError, type Report } from "./diagnostic.ts";
import type { Address } from "../net/host_port.ts";

/** Looks a host name up; the result is empty if the name has no address. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** The reason why a name without an address does not resolve, in the words of `getaddrinfo(3)`. */
export const NO_ADDRESS = "Name or service not known";

/** A name has no address now, and another lookup would not help. */
export class RequiredNameError extends Error {
  override name = "RequiredNameError";
}

/** No address to listen on is known yet: a later start may succeed, for example after the boot. */
export class UnresolvedError extends AgentError {
  override name = "UnresolvedError";
}

/**
 * Returns whether a host to listen on is a name and not an address.
 *
 * @param hostname a valid name or address, without brackets
 */
export function isHostName(hostname: string): boolean {
  const { name, networks } = parseAllowedHost(hostname);
  // `parseAllowedHost()` returns two networks for the name `localhost`.
  return name !== undefined || networks.length > 1;
}

/**
 * Returns the names among addresses to listen on.
 *
 * @param listen the addresses
 * @returns each name once
 */
export function listenNames(listen: readonly Address[]): string[] {
  return [...new Set(listen.map(({ hostname }) => hostname).filter(isHostName))];
}

/**
 * Replaces the host names of addresses to listen on by all addresses of each name. A permission is
 * granted for an address, and the daemon must listen on the address that the permission contains.
 *
 * A name that does not resolve is a warning: at the boot, the name server may not be reachable yet.
 * It is an error if no other address is known, or if the lookup throws a
 * {@linkcode RequiredNameError}.
 *
 * @param listen the addresses
 * @param lookup looks a name up; its errors contain the reason
 * @param report receives the errors and warnings
 * @returns the addresses, each once
 */
export async function resolveListen(
  listen: readonly Address[],
  lookup: Lookup,
  report: Report,
): Promise<Address[]> {
  const at = report.at("listen");
  const failures: { index: number; error: Error }[] = [];
  const resolved = await Promise.all(listen.map(async ({ hostname, port }, index) => {
    if (!isHostName(hostname)) return [{ hostname, port }];
    try {
      const found = await lookup(hostname);
      if (found.length === 0) throw new Error(NO_ADDRESS);
      return found.toSorted().map((address) => ({ hostname: address, port }));
    } catch (error) {
      failures.push({ index, error: error as Error });
      return [];
    }
  }));
  const isAlone = resolved.flat().length === 0;
  for (const { index, error } of failures.toSorted((a, b) => a.index - b.index)) {
    const place = listen.length === 1 ? at : at.at(index);
    const name = JSON.stringify(listen[index]!.hostname);
    const message = `Cannot resolve host name ${name}: ${error.message}`;
    if (isAlone || error instanceof RequiredNameError) place.error(message);
    else {
      place.warning(
        `${message}; the daemon serves the other addresses, and restarts when the name resolves`,
      );
    }
  }
  return [...new Map(resolved.flat().map((one) => [formatHostPort(one), one])).values()];
}
