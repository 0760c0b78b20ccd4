import type { ValuesOf } from "../_values_of.ts";
import type { HttpOptions } from "./_http_options.ts";

/** The location of a page: the address to connect to, and the host and path to request. */
export interface HttpPlace {
  /** Whether to use TLS. */
  tls: boolean;
  /** The address or host name to connect to; IPv6 without brackets. */
  address: string;
  /** The port to connect to. */
  port: number;
  /** The host in the request; undefined: HTTP/1.0 without a Host header. */
  host?: string | undefined;
  /** The port in the Host header (default: the port to connect to). */
  hostPort?: number | undefined;
  /** The path and query. */
  path: string;
}

/**
 * The way to follow a redirect: `sticky` keeps the address, `stickyport` the address and the port.
 */
export type Follow = "follow" | "sticky" | "stickyport";

/** The options that determine the location of the page. */
export type PlaceOptions = ValuesOf<
  HttpOptions,
  "hostname" | "ipAddress" | "port" | "url" | "ssl" | "certificate" | "verifyCert"
>;

/**
 * Returns the location of the page that the options name. The port comes from `-p`, else from `-H`.
 * The default is 80, or 443 with TLS.
 *
 * @param options the options
 * @returns the location
 * @throws {TypeError} if neither a host nor an address is given
 */
export function readPlace(options: PlaceOptions): HttpPlace {
  const { hostname, ipAddress, url, ssl, certificate, verifyCert } = options;
  const named = hostname === undefined ? undefined : parseHost(hostname);
  const address = ipAddress === undefined ? named?.host : parseHost(ipAddress).host;
  if (address === undefined) throw new TypeError("You must specify a server address or host name");
  const tls = ssl !== false || certificate !== undefined || verifyCert;
  const port = options.port ?? named?.port ?? defaultPort(tls);
  return { tls, address, port, host: named?.host, hostPort: named?.port, path: url };
}

/**
 * Parses a host in the format of `-H`.
 *
 * @param text a name or an address, optionally with a port; IPv6 with a port needs brackets
 * @returns the host without brackets, and the port if `text` contains one
 */
export function parseHost(text: string): { host: string; port?: number } {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  return port === undefined ? { host } : { host, port: Number(port) };
}

/**
 * Formats a location as a URL, always with its port.
 *
 * @param place the location
 * @returns for example `http://127.0.0.1:80/`
 */
export function formatPlace({ tls, address, port, host = address, path }: HttpPlace): string {
  return `${tls ? "https" : "http"}://${inBrackets(host)}:${port}${path}`;
}

/**
 * Returns the Host header of a location (RFC 9112, section 3.2). It omits a default port.
 *
 * @param place the location
 * @returns the value of the header; undefined if the location has no host
 */
export function hostHeader(
  { tls, host, port, hostPort = port }: HttpPlace,
): string | undefined {
  if (host === undefined) return undefined;
  return hostPort === defaultPort(tls) ? inBrackets(host) : `${inBrackets(host)}:${hostPort}`;
}

/**
 * Returns the location that a redirect leads to.
 *
 * @param place the location of the redirect
 * @param location the value of the Location header
 * @param follow how to follow the redirect
 * @returns the new location; undefined if the header does not contain an HTTP or HTTPS URL
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
