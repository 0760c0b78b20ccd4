import { type IpAddress, parseAddress } from "./address.ts";
import type { AllowedHost } from "./allowed_hosts.ts";
import { contains, type Network } from "./network.ts";

/** Options of a matcher: its resolver, and the times for which it uses addresses. */
export interface HostMatcherOptions {
  /**
   * Looks a name up.
   *
   * @returns its addresses; empty if the name does not exist
   * @throws if the lookup fails
   */
  resolve: (name: string) => Promise<readonly string[]>;
  /** Returns the time in milliseconds; only differences matter. Default: `performance.now`. */
  now?: () => number;
  /** Time for which addresses are used, in milliseconds; default: 60,000. */
  ttl?: number;
  /** Time until the next lookup if a name has no address or the lookup failed; default: 5,000. */
  negativeTtl?: number;
  /** Time for which the last addresses are used while lookups fail; default: a day. */
  staleTtl?: number;
}

/** Decides whether a peer is allowed. */
export interface HostMatcher {
  /**
   * Returns whether a peer is allowed. The result is immediate if an address or block of the list
   * contains the address, or if the known addresses of all names are fresh. Otherwise names are
   * looked up, with at most one lookup per name at a time. The caller must limit the waiting time.
   *
   * @param address the address of the peer
   * @returns true if it is allowed; a promise, which never rejects, while names are looked up
   */
  matches(address: string): boolean | Promise<boolean>;
}

/** Limit of addresses per name; names of monitoring servers have fewer. */
const MAX_ADDRESSES = 64;

/** Known addresses of a name. There is one entry for each name of the list. */
interface Known {
  readonly name: string;
  addresses: readonly IpAddress[];
  /** The time of the last successful lookup, in milliseconds. */
  confirmed: number;
  /** No lookup is needed before this time. */
  fresh: number;
  lookup: Promise<void> | undefined;
}

/**
 * Creates a matcher for a list of allowed hosts.
 *
 * @param hosts the list; an empty list allows no host
 * @param options how to look names up
 * @returns the matcher
 */
export function hostMatcher(
  hosts: readonly AllowedHost[],
  options: HostMatcherOptions,
): HostMatcher {
  const { resolve, now = () => performance.now() } = options;
  const { ttl = 60_000, negativeTtl = 5_000, staleTtl = 86_400_000 } = options;
  const networks: Network[] = hosts.flatMap((host) => host.networks);
  const names = new Set(hosts.flatMap(({ name }) => name === undefined ? [] : [name]));
  const known: Known[] = [...names].map((name) => (
    { name, addresses: [], confirmed: -Infinity, fresh: -Infinity, lookup: undefined }
  ));

  async function lookUp(host: Known): Promise<void> {
    try {
      const found = await resolve(host.name);
      host.addresses = found.slice(0, MAX_ADDRESSES).flatMap((text) => parseAddress(text) ?? []);
      host.confirmed = now();
      host.fresh = host.confirmed + (host.addresses.length > 0 ? ttl : negativeTtl);
    } catch {
      const failed = now();
      if (failed - host.confirmed > staleTtl) host.addresses = [];
      host.fresh = failed + negativeTtl;
    }
  }

  return {
    matches(text) {
      const address = parseAddress(text);
      if (address === undefined) return false;
      if (networks.some((network) => contains(network, address))) return true;
      const time = now();
      const stale: Known[] = [];
      for (const host of known) {
        if (time >= host.fresh) stale.push(host);
        else if (holds(host, address)) return true;
      }
      if (stale.length === 0) return false;
      return anyOf(stale.map(async (host) => {
        await (host.lookup ??= lookUp(host).finally(() => host.lookup = undefined));
        return holds(host, address);
      }));
    },
  };
}

function holds(host: Known, { family, bytes }: IpAddress): boolean {
  return host.addresses.some((other) =>
    other.family === family && other.bytes.every((byte, index) => byte === bytes[index])
  );
}

/** Resolves to true as soon as one answer is true: a slow name does not delay the others. */
function anyOf(answers: readonly Promise<boolean>[]): Promise<boolean> {
  return new Promise((resolve) => {
    let left = answers.length;
    for (const answer of answers) {
      answer.then((yes) => {
        if (yes || --left === 0) resolve(yes);
      });
    }
  });
}
