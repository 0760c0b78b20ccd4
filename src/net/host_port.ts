/**
 * Formats a host and a port as `HOST:PORT`, with an IPv6 address in brackets.
 *
 * @param where a name or an address, with or without brackets, and a port
 */
export function formatHostPort({ hostname, port }: { hostname: string; port: number }): string {
  const bare = hostname.includes(":") && !hostname.startsWith("[");
  return `${bare ? `[${hostname}]` : hostname}:${port}`;
}
