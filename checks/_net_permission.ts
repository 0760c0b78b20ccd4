/**
 * Formats a host and a port as an entry of a `net` permission.
 *
 * @param hostname an address or a name; an IPv6 address without brackets
 * @param port the port
 * @returns `host:port`, or `[address]:port` for IPv6
 */
export function netPermission(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
