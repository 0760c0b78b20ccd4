import { type Network, parseNetwork } from "./network.ts";

/** One entry of a list of allowed hosts: a block of addresses, or a name to look up. */
export interface AllowedHost {
  /** The entry as it was configured. */
  readonly text: string;
  /** The addresses of the entry; empty for a name. */
  readonly networks: readonly Network[];
  /** The name to look up, in lower case; omitted for an address. */
  readonly name?: string;
}

/** RFC 1035: the longest name that fits into a DNS query. */
const MAX_NAME_LENGTH = 253;

/** Letters, digits and inner hyphens; also underscores, which container names contain. */
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Parses one entry of a list of allowed hosts: an address (`192.0.2.1`, `::1`, `[::1]`), a block in
 * CIDR notation (`10.0.0.0/8`, host bits allowed), or a host name. `0.0.0.0/0` allows every IPv4
 * address; in NRPE it allows no address. `localhost` means `127.0.0.1` and `::1` without a lookup
 * (RFC 6761, section 6.3).
 *
 * @param text the entry; blanks around it are ignored
 * @returns the parsed entry
 * @throws {SyntaxError} if the entry is invalid; the message contains the reason
 */
export function parseAllowedHost(text: string): AllowedHost {
  const entry = text.trim();
  try {
    if (/[,;\s]/.test(entry)) throw new SyntaxError("expected one host per entry");
    // The last label of a host name is never a number. Text that ends with a number is an address,
    // and `getaddrinfo` accepts unusual forms of it ("127.1", "0x7f000001").
    if (/[:/[\]]|(^|\.)(\d+|0x[\da-f]*)$/i.test(entry)) {
      return { text: entry, networks: [parseNetwork(entry)] };
    }
    const name = parseName(entry);
    return name === "localhost"
      ? { text: entry, networks: [parseNetwork("127.0.0.1"), parseNetwork("::1")] }
      : { text: entry, networks: [], name };
  } catch (error) {
    throw new SyntaxError(
      `Cannot parse allowed host ${JSON.stringify(text)}: ${(error as Error).message}`,
    );
  }
}

/**
 * Parses a list of allowed hosts.
 *
 * @param list the entries; see {@linkcode parseAllowedHost}
 * @returns the parsed entries; an empty list allows no host
 * @throws {AggregateError} with a `SyntaxError` for each invalid entry
 */
export function parseAllowedHosts(list: readonly string[]): AllowedHost[] {
  const hosts: AllowedHost[] = [];
  const errors: unknown[] = [];
  for (const text of list) {
    try {
      hosts.push(parseAllowedHost(text));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 0) return hosts;
  throw new AggregateError(errors, errors.map((error) => (error as Error).message).join("; "));
}

/**
 * Splits the value of NRPE's `allowed_hosts` directive at commas. As in NRPE, an entry ends at its
 * first blank (`127.0.0.1 10.0.0.1` means `127.0.0.1` only), and empty entries are ignored.
 *
 * @param text the value of the directive
 * @returns the entries, not yet parsed
 */
export function splitAllowedHosts(text: string): string[] {
  return text.split(",").map((entry) => entry.trim().split(/\s/, 1)[0]!).filter((entry) => entry);
}

function parseName(entry: string): string {
  if (entry === "") throw new SyntaxError("expected an address or a host name");
  if (entry.includes("*")) {
    throw new SyntaxError('wildcards are not supported: use a network such as "10.0.0.0/8"');
  }
  const name = entry.toLowerCase().replace(/\.$/, "");
  if (name.length > MAX_NAME_LENGTH || !name.split(".").every((label) => LABEL.test(label))) {
    throw new SyntaxError("expected an address or a valid host name");
  }
  return name;
}
