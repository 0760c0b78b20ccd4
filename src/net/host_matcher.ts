import { type IpAddress, parseAddress } from "./address.ts";
import type { AllowedHost } from "./allowed_hosts.ts";
import { contains, type Network } from "./network.ts";

/** What a matcher needs to know the addresses of names, and how long it trusts them. */
export interface HostMatcherOptions {
  /**
   * Looks a name up.
   *
   * @returns its addresses; none if there is no such name
   * @throws if nobody could be asked
   */
  resolve: (name: string) => Promise<readonly string[]>;
  /** The time, in milliseconds; only differences count. `performance.now` if left out. */
  now?: () => number;
  /** How long an answer holds, in milliseconds; 60,000 if left out. */
  ttl?: number;
  /** How long it holds that a name has no address or could not be looked up; 5,000 if left out. */
  negativeTtl?: number;
  /** How long the last good answer stands in while nobody can be asked; a day if left out. */
  staleTtl?: number;
}

/** Tells who is allowed. */
export interface HostMatcher {
  /**
   * Tells whether a peer is allowed. The answer is there at once if an address or block of the list
   * holds it, or if what is known of the names is fresh; else the names are looked up, each by one
   * at a time however many ask. It is for the caller to bound the wait.
   *
   * @param address the peer's address
   * @returns true if it is allowed; a promise of that, which never rejects, where names are looked up
   */
  matches(address: string): boolean | Promise<boolean>;
}

/** More than any name has that is used to say who may ask. */
const MAX_ADDRESSES = 64;

/** What is known of a name. As many are kept as the list has names. */
interface Known {
  readonly name: string;
  addresses: readonly IpAddress[];
  /** When the addresses were last confirmed. */
  confirmed: number;
  /** Until when nobody need be asked. */
  fresh: number;
  lookup: Promise<void> | undefined;
}

/**
 * Makes a matcher of a list of allowed hosts.
 *
 * @param hosts the list; an empty one allows nobody
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

/** True as soon as one is, so that a name that hangs does not hold up the others. */
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
