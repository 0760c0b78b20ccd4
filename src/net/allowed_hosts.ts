import { type Network, parseNetwork } from "./network.ts";

/** One entry of a list of allowed hosts: a block of addresses, or a name to look up. */
export interface AllowedHost {
  /** The entry as it was written. */
  readonly text: string;
  /** The addresses it stands for; none if it is a name. */
  readonly networks: readonly Network[];
  /** The name to look up, in lower case; left out if it is an address. */
  readonly name?: string;
}

/** RFC 1035: what fits into a query. */
const MAX_NAME_LENGTH = 253;

/** Letters, digits, hyphens inside; and underscores, which names of containers have. */
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Parses one entry of a list of allowed hosts: an address (`192.0.2.1`, `::1`, `[::1]`), a block in
 * CIDR notation (`10.0.0.0/8`, host bits allowed; `0.0.0.0/0` is every IPv4 address, where NRPE
 * allows none), or a host name. `localhost` stands for `127.0.0.1` and `::1` without being looked up
 * (RFC 6761, section 6.3).
 *
 * @param text the entry; blanks around it do not count
 * @returns the entry, parsed
 * @throws {SyntaxError} if it is none of these; the message says what is wrong
 */
export function parseAllowedHost(text: string): AllowedHost {
  const entry = text.trim();
  try {
    if (/[,;\s]/.test(entry)) throw new SyntaxError("expected one host an entry");
    // The last label of a name is never a number: what ends in one is meant to be an address, and
    // `getaddrinfo` takes it for one, in ways of its own ("127.1", "0x7f000001").
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
 * @returns the entries, parsed; of an empty list none, which allows nobody
 * @throws {AggregateError} with a `SyntaxError` for each entry that is wrong
 */
export function parseAllowedHosts(list: readonly string[]): AllowedHost[] {
  const hosts: AllowedHost[] = [];
  const faults: unknown[] = [];
  for (const text of list) {
    try {
      hosts.push(parseAllowedHost(text));
    } catch (fault) {
      faults.push(fault);
    }
  }
  if (faults.length === 0) return hosts;
  throw new AggregateError(faults, faults.map((fault) => (fault as Error).message).join("; "));
}

/**
 * Takes NRPE's `allowed_hosts` directive apart: entries between commas. As in NRPE an entry ends at
 * its first blank (`127.0.0.1 10.0.0.1` is `127.0.0.1` alone), and empty entries do not count.
 *
 * @param text the value of the directive
 * @returns the entries, not parsed yet
 */
export function splitAllowedHosts(text: string): string[] {
  return text.split(",").map((entry) => entry.trim().split(/\s/, 1)[0]!).filter((entry) => entry);
}

function parseName(entry: string): string {
  if (entry === "") throw new SyntaxError("expected an address or a host name");
  if (entry.includes("*")) {
    throw new SyntaxError('wildcards are not understood, write a network, as in "10.0.0.0/8"');
  }
  const name = entry.toLowerCase().replace(/\.$/, "");
  if (name.length > MAX_NAME_LENGTH || !name.split(".").every((label) => LABEL.test(label))) {
    throw new SyntaxError("neither an address nor a host name");
  }
  return name;
}
