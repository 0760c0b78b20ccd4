/**
 * Who a verified client certificate says the peer is.
 */
export interface PeerIdentity {
  /**
   * The subject, most specific part first, as RFC 4514 writes it: `CN=nagios.example,O=Ops\, Inc`.
   * Commas and the like inside a value are escaped, so that no value can look like another part.
   */
  readonly subject: string;
  /** The last common name of the subject, as it is; undefined if there is none. */
  readonly commonName?: string;
  /** SHA-256 of the certificate: `AB:CD:…`, 32 bytes. */
  readonly fingerprint: string;
}

/**
 * A stream of bytes to a peer: TCP, or TLS over it. Nothing outside `net/` can tell which.
 *
 * One read and one write may be under way at a time. No method knows of time, but for the bound
 * inside `end()`: who has a deadline calls `close()` when it comes, and whatever is pending rejects.
 */
export interface Connection {
  /**
   * Who is at the other end: an address without brackets and zone, an IPv4 address that arrived
   * mapped into IPv6 as IPv4, and the port.
   */
  readonly peer: { readonly address: string; readonly port: number };

  /**
   * Completes the TLS handshake. Before it is called, not a byte is read or written; reading and
   * writing come after it. Resolves at once on a plain connection.
   *
   * @returns who the peer's verified certificate says it is; undefined if it showed none
   * @throws {Error} if the handshake fails, or the certificate does not hold; the connection is
   * closed then
   */
  handshake(): Promise<PeerIdentity | undefined>;

  /**
   * Reads some bytes.
   *
   * @param buffer where to put them
   * @returns how many there are, at least 1; null when the peer has ended its side
   * @throws {Error} if the connection broke or was closed
   */
  read(buffer: Uint8Array): Promise<number | null>;

  /**
   * Writes all of it; when it resolves, the operating system has taken the bytes.
   *
   * @param bytes what to send
   * @throws {Error} if the connection broke or was closed
   */
  write(bytes: Uint8Array): Promise<void>;

  /**
   * Ends politely, with a last word if there is one: says so to the peer at once (TLS close_notify, then FIN), then reads and drops
   * what the peer still sends, so that a reset does not overtake the answer, until the peer ends too
   * or a bound in bytes or time is reached; then closes. Never rejects.
   *
   * @param last what to send before; cheaper than a `write()` of its own
   */
  end(last?: Uint8Array): Promise<void>;

  /** Ends at once; pending calls reject. May be called at any time and any number of times. */
  close(): void;
}
