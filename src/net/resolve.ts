import { ConnectError } from "./connect_error.ts";
import { lookup } from "./lookup.ts";

/** An address family: 4 for IPv4, 6 for IPv6. */
export type Family = 4 | 6;

/** The familiar texts of `gai_strerror(3)` for codes of `node:dns`. */
const REASONS: Readonly<Record<string, string>> = {
  EAI_AGAIN: "Temporary failure in name resolution",
  EAI_FAIL: "Non-recoverable failure in name resolution",
};

/**
 * Finds the addresses of a host to connect to.
 *
 * A connection to a resolved address needs permission for that address. If permission is not granted
 * for the whole network, the name itself is returned: the runtime then looks it up while it
 * connects, and permission for the name is sufficient.
 *
 * @param host a name or an address
 * @param family the address family; default: both
 * @returns the addresses, in the order to try them; at least one
 * @throws {ConnectError} `"resolve"` if the host has no address
 */
export async function resolve(host: string, family?: Family): Promise<string[]> {
  const literal = familyOf(host);
  if (literal !== undefined) {
    if (family === undefined || family === literal) return [host];
    throw resolveFailure(host, "Address family for hostname not supported");
  }
  if (family === undefined) {
    const { state } = await Deno.permissions.query({ name: "net" });
    if (state !== "granted") return [host];
  }
  let found: string[];
  try {
    found = await lookup(host);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const { code = "", message } = error as Error & { code?: string };
    throw resolveFailure(host, REASONS[code] ?? message);
  }
  if (family !== undefined) found = found.filter((address) => familyOf(address) === family);
  if (found.length === 0) throw resolveFailure(host, "Name or service not known");
  return found;
}

/**
 * Returns the family of an address.
 *
 * @param host a name or an address
 * @returns the family; undefined for a name
 */
export function familyOf(host: string): Family | undefined {
  if (host.includes(":")) return 6;
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) ? 4 : undefined;
}

/**
 * Creates the error for a name without an address.
 *
 * @param host the name
 * @param reason the reason
 * @returns the error to throw
 */
export function resolveFailure(host: string, reason: string): ConnectError {
  const message = `Cannot resolve host name ${JSON.stringify(host)}: ${reason}`;
  return new ConnectError("resolve", message, reason);
}
