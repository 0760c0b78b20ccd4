/**
 * Writes a place to connect to as permissions have it.
 *
 * @param hostname An address or a name; an IPv6 address without brackets
 * @param port The port
 * @returns `host:port`, or `[address]:port` for IPv6
 */
export function netPermission(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
