import { parseAllowedHost } from "./allowed_hosts.ts";
import type { Address } from "./host_port.ts";

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
