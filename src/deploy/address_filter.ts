import type { Manifest } from "../agent/manifest.ts";
import { type AllowedHost, parseAllowedHost } from "../net/allowed_hosts.ts";
import { startsStrangers } from "./unit_needs.ts";

/** Whom a daemon and all it starts may exchange packets with; or why that cannot be said. */
export type AddressFilter = { allow: string[] } | { unknown: string };

/**
 * Derives an address filter from who may ask and from what checks may talk to.
 *
 * @param manifest the agent
 * @returns the blocks of addresses beside this host's own, or the reason why there can be no filter
 */
export function addressFilter(manifest: Manifest): AddressFilter {
  const { settings, commands } = manifest;
  if (startsStrangers(manifest)) return { unknown: "what it starts may talk to anybody" };
  const asking = settings.allowedHosts.map(parseAllowedHost);
  if (asking.some(isName)) return { unknown: "an allowed host is a name, which is looked up" };
  const asked = Object.values(commands)
    .flatMap((command) => command.kind === "check" ? command.permissions.net ?? [] : [])
    .map(hostOf);
  if (asked.some((host) => host === undefined || isName(host))) {
    return { unknown: "a check talks to a host by its name, which is looked up" };
  }
  const blocks = [...asking, ...asked].flatMap((host) => host!.networks.map(formatBlock));
  return { allow: [...new Set(blocks)].filter((block) => !ownBlocks.test(block)).sort() };
}

/** What `localhost` means to systemd: 127.0.0.0/8 and ::1. */
const ownBlocks = /^(127\.[\d.]+\/(8|9|[12]\d|3[0-2])|::1\/128)$/;

function isName(host: AllowedHost | undefined): boolean {
  return host?.name !== undefined;
}

// The place of a net permission: `host`, `host:port`, `[v6]`, `[v6]:port`. Undefined where it is none
// of these (`*.example.org`, `vsock:2:1`).
function hostOf(place: string): AllowedHost | undefined {
  const host = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(place)?.[1] ?? place;
  try {
    return parseAllowedHost(host);
  } catch {
    return undefined;
  }
}

// systemd takes a mapped IPv4 address for one of IPv6; what was parsed is one of IPv4 already.
function formatBlock({ family, bytes, prefix }: AllowedHost["networks"][number]): string {
  if (family === 4) return `${bytes.join(".")}/${prefix}`;
  const groups = Array.from(
    { length: 8 },
    (_, index) => (bytes[2 * index]! * 256 + bytes[2 * index + 1]!).toString(16),
  );
  return `${new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1)}/${prefix}`;
}
