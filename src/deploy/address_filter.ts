import type { Manifest } from "../agent/manifest.ts";
import { type AllowedHost, parseAllowedHost } from "../net/allowed_hosts.ts";
import { listenNames } from "../agent/resolve_listen.ts";
import { startsStrangers } from "./unit_needs.ts";

/**
 * Addresses that the daemon and its child processes may communicate with; or the reason why they
 * are unknown.
 */
export type AddressFilter = { allow: string[] } | { unknown: string };

/**
 * Derives an address filter from the allowed hosts and the hosts that checks may connect to.
 *
 * @param manifest the agent
 * @returns the networks, without this host's own; or the reason why a filter is impossible
 */
export function addressFilter(manifest: Manifest): AddressFilter {
  const { settings, commands } = manifest;
  if (startsStrangers(manifest)) return { unknown: "its plugins and programs may use any address" };
  const asking = settings.allowedHosts.map(parseAllowedHost);
  if (asking.some(isName)) return { unknown: "an allowed host is a name, not an address" };
  if (listenNames(settings.listen).length > 0) {
    return { unknown: "the daemon listens on a name, not on an address" };
  }
  const asked = Object.values(commands)
    .flatMap((command) => command.kind === "check" ? command.permissions.net ?? [] : [])
    .map(hostOf);
  if (asked.some((host) => host === undefined || isName(host))) {
    return { unknown: "a check connects to a host by name, not by address" };
  }
  const blocks = [...asking, ...asked].flatMap((host) => host!.networks.map(formatBlock));
  return { allow: [...new Set(blocks)].filter((block) => !ownBlocks.test(block)).sort() };
}

/** Networks that systemd's `localhost` contains: 127.0.0.0/8 and ::1. */
const ownBlocks = /^(127\.[\d.]+\/(8|9|[12]\d|3[0-2])|::1\/128)$/;

function isName(host: AllowedHost | undefined): boolean {
  return host?.name !== undefined;
}

// Returns the host of a net permission: `host`, `host:port`, `[v6]`, `[v6]:port`. Returns undefined
// for other forms (`*.example.org`, `vsock:2:1`).
function hostOf(place: string): AllowedHost | undefined {
  const host = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(place)?.[1] ?? place;
  try {
    return parseAllowedHost(host);
  } catch {
    return undefined;
  }
}

// systemd treats an IPv4-mapped address as IPv6. The parser has already converted it to IPv4.
function formatBlock({ family, bytes, prefix }: AllowedHost["networks"][number]): string {
  if (family === 4) return `${bytes.join(".")}/${prefix}`;
  const groups = Array.from(
    { length: 8 },
    (_, index) => (bytes[2 * index]! * 256 + bytes[2 * index + 1]!).toString(16),
  );
  return `${new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1)}/${prefix}`;
}
