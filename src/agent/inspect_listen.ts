import { parseAllowedHost } from "../net/allowed_hosts.ts";
import { formatHostPort } from "../net/host_port.ts";
import type { Report } from "./diagnostic.ts";
import type { Address } from "./settings.ts";

/**
 * Returns whether a socket for one address also receives the connections to another address. A
 * socket for `::` also receives IPv4 connections, because the runtime cannot restrict it to IPv6
 * (Deno 2.9.6).
 *
 * @param wide the address of the socket
 * @param other the other address
 */
export function covers(wide: Address, other: Address): boolean {
  if (wide.port !== other.port || wide.port === 0) return false;
  const [from, to] = [wide, other].map(({ hostname }) => parseAllowedHost(hostname).networks[0]);
  if (from === undefined || to === undefined || from.bytes.some((byte) => byte > 0)) return false;
  if (from.family === 6) return to.family === 4 || to.bytes.some((byte) => byte > 0);
  return to.family === 4 && to.bytes.some((byte) => byte > 0);
}

/**
 * Warns about addresses to listen on that another address of the list covers.
 *
 * @param listen the addresses
 * @param report receives the warnings
 */
export function inspectListen(listen: readonly Address[], report: Report): void {
  const at = report.at("listen");
  for (const [index, address] of listen.entries()) {
    const wide = listen.find((other) => covers(other, address));
    if (wide === undefined) continue;
    at.at(index).warning(
      `Not needed: ${formatHostPort(wide)} includes ${formatHostPort(address)}, which is opened ` +
        `only if ${formatHostPort(wide)} cannot be`,
    );
  }
}
