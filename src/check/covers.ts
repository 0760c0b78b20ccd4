import type { Permissions } from "./declared_permissions.ts";
import { absolutePath, liesIn } from "./path.ts";

/**
 * Returns whether one entry of a permission covers another, by the rules of the runtime (Deno
 * 2.9.6):
 *
 * - a folder covers all paths below it
 * - a host without a port covers each of its ports
 * - `*.host` covers the host and its subdomains
 * - a network covers the addresses in it
 * - `APP_*` covers the variables that begin with `APP_`
 *
 * Symbolic links are not followed. An executable is covered by its own path only.
 *
 * @param kind kind of permission
 * @param granted the entry that is granted
 * @param wanted the entry that is requested
 * @returns whether the granted entry covers the requested entry; false if this is uncertain
 */
export function covers(kind: keyof Permissions, granted: string, wanted: string): boolean {
  return granted === wanted || rules[kind](granted, wanted);
}

type Rule = (granted: string, wanted: string) => boolean;

const path: Rule = (granted, wanted) => liesIn(absolutePath(wanted), absolutePath(granted));

const rules: Record<keyof Permissions, Rule> = {
  read: path,
  write: path,
  proc: path,
  net: coversHost,
  env: (granted, wanted) => granted.endsWith("*") && wanted.startsWith(granted.slice(0, -1)),
  sys: () => false,
  // A name without a slash is searched in PATH; it is not a path below "/".
  run: (granted, wanted) =>
    granted.startsWith("/") && wanted.startsWith("/") &&
    absolutePath(granted) === absolutePath(wanted),
};

function coversHost(granted: string, wanted: string): boolean {
  // The paths of sockets differ in upper and lower case.
  if (granted.startsWith("unix:") || wanted.startsWith("unix:")) return false;
  const [host, port] = splitHost(granted);
  const [wantedHost, wantedPort] = splitHost(wanted);
  if (port !== undefined && port !== wantedPort) return false;
  if (host.startsWith("*.")) {
    const domain = host.slice(1);
    return wantedHost.endsWith(domain) || wantedHost === domain.slice(1);
  }
  return host === wantedHost || inNetwork(host, wantedHost);
}

// Normalizes a host: names in lower case and without a final dot, IPv6 addresses in the form of the
// URL standard.
function splitHost(text: string): [host: string, port: number | undefined] {
  const [, name = text, digits] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  const host = name.startsWith("[")
    ? URL.parse(`http://${name}/`)?.hostname ?? name
    : name.toLowerCase().replace(/\.$/, "");
  return [host, digits === undefined ? undefined : Number(digits)];
}

// Networks are IPv4, because the runtime accepts only these. A network within a network is not
// detected.
function inNetwork(network: string, host: string): boolean {
  const [, address, length] = /^([\d.]+)\/(\d{1,2})$/.exec(network) ?? [];
  const [from, of] = [parseAddress(address ?? ""), parseAddress(host)];
  if (from === undefined || of === undefined || Number(length) > 32) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(from / size) === Math.floor(of / size);
}

function parseAddress(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
