/** An address to listen on. */
export interface Address {
  /** An address or a name, without brackets. */
  hostname: string;
  /** The port; if it is 0, the system chooses a port. */
  port: number;
}

/**
 * Formats a host and a port as `HOST:PORT`, with an IPv6 address in brackets.
 *
 * @param where a name or an address, with or without brackets, and a port
 */
export function formatHostPort({ hostname, port }: Address): string {
  const bare = hostname.includes(":") && !hostname.startsWith("[");
  return `${bare ? `[${hostname}]` : hostname}:${port}`;
}
