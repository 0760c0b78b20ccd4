import type { ValuesOf } from "../_values_of.ts";
import type { HttpOptions } from "./_http_options.ts";

/** Where a page is: what to connect to, and what to ask for. */
export interface HttpPlace {
  /** Whether TLS is spoken. */
  tls: boolean;
  /** The address or name to connect to; IPv6 without brackets. */
  address: string;
  /** The port to connect to. */
  port: number;
  /** The name that is asked for; HTTP/1.0 without a Host header where it is left out. */
  host?: string | undefined;
  /** The port in the Host header, where it is not the one to connect to. */
  hostPort?: number | undefined;
  /** Path and query, as they are asked for. */
  path: string;
}

/** What a redirect may change: `sticky` keeps the address, `stickyport` the port too. */
export type Follow = "follow" | "sticky" | "stickyport";

/** What options say of a place. */
export type PlaceOptions = ValuesOf<
  HttpOptions,
  "hostname" | "ipAddress" | "port" | "url" | "ssl" | "certificate"
>;

/**
 * Where the options say that the page is.
 *
 * @param options The options; `-p` goes before the port of `-H`, and that before 80 or 443
 * @returns The place
 * @throws {TypeError} If neither host nor address is given
 */
export function readPlace(options: PlaceOptions): HttpPlace {
  const { hostname, ipAddress, url, ssl, certificate } = options;
  const named = hostname === undefined ? undefined : parseHost(hostname);
  const address = ipAddress === undefined ? named?.host : parseHost(ipAddress).host;
  if (address === undefined) throw new TypeError("You must specify a server address or host name");
  const tls = ssl || certificate !== undefined;
  const port = options.port ?? named?.port ?? defaultPort(tls);
  return { tls, address, port, host: named?.host, hostPort: named?.port, path: url };
}

/**
 * Reads a host as `-H` takes it.
 *
 * @param text A name or an address, with a port or without; IPv6 in brackets where a port follows
 * @returns The host without brackets, and the port if there is one
 */
export function parseHost(text: string): { host: string; port?: number } {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  return port === undefined ? { host } : { host, port: Number(port) };
}

/**
 * Writes a place as people write it, the port always there.
 *
 * @param place The place
 * @returns For example `http://127.0.0.1:80/`
 */
export function formatPlace({ tls, address, port, host = address, path }: HttpPlace): string {
  return `${tls ? "https" : "http"}://${inBrackets(host)}:${port}${path}`;
}

/**
 * The Host header of a place (RFC 9112, section 3.2): the port is left out where it is the usual.
 *
 * @param place The place
 * @returns The header's value; undefined where no host is named
 */
export function hostHeader(
  { tls, host, port, hostPort = port }: HttpPlace,
): string | undefined {
  if (host === undefined) return undefined;
  return hostPort === defaultPort(tls) ? inBrackets(host) : `${inBrackets(host)}:${hostPort}`;
}

/**
 * Where a redirect leads.
 *
 * @param place Where it was found
 * @param location The value of the Location header
 * @param follow What it may change
 * @returns The place; undefined where the location is none of the web
 */
export function redirectedPlace(
  place: HttpPlace,
  location: string,
  follow: Follow,
): HttpPlace | undefined {
  const path = place.path.startsWith("/") ? place.path : `/${place.path}`;
  const url = URL.parse(location, formatPlace({ ...place, path }));
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const tls = url.protocol === "https:";
  const { host } = parseHost(url.hostname);
  const port = url.port === "" ? defaultPort(tls) : Number(url.port);
  return {
    tls,
    address: follow === "follow" ? host : place.address,
    port: follow === "stickyport" ? place.port : port,
    host,
    ...(follow === "stickyport" && { hostPort: port }),
    path: url.pathname + url.search,
  };
}

function defaultPort(tls: boolean): number {
  return tls ? 443 : 80;
}

function inBrackets(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
