/** Identity of a peer, from its verified client certificate. */
export interface PeerIdentity {
  /**
   * The subject in the form of RFC 4514, most specific part first: `CN=nagios.example,O=Ops\, Inc`.
   * Special characters such as commas are escaped, so that a value cannot look like another part.
   */
  readonly subject: string;
  /** The last common name of the subject, not escaped; undefined if the subject has no common name. */
  readonly commonName?: string;
  /** SHA-256 of the certificate: `AB:CD:…`, 32 bytes. */
  readonly fingerprint: string;
}

/**
 * A stream of bytes to a peer: TCP, or TLS over TCP. Code outside `net/` cannot tell the difference.
 *
 * At most one read and one write may be pending at a time. Only `end()` has a timeout. A caller with
 * a deadline calls `close()` when the deadline passes; pending calls then reject.
 */
export interface Connection {
  /**
   * Address and port of the peer. The address has no brackets and no zone, and an IPv4 address that
   * is mapped into IPv6 is written as IPv4.
   */
  readonly peer: { readonly address: string; readonly port: number };

  /**
   * Completes the TLS handshake. Call it before `read()` and `write()`; no byte is transferred
   * earlier. Resolves immediately on a plain connection.
   *
   * @returns the identity from the verified client certificate; undefined without a certificate
   * @throws {Error} if the handshake fails or the certificate is refused; the connection is then
   * closed
   */
  handshake(): Promise<PeerIdentity | undefined>;

  /**
   * Reads some bytes.
   *
   * @param buffer receives the bytes
   * @returns the number of bytes, at least 1; null when the peer has ended its side
   * @throws {Error} if the connection is broken or closed
   */
  read(buffer: Uint8Array): Promise<number | null>;

  /**
   * Writes all bytes. Resolves when the operating system has accepted them.
   *
   * @param bytes the bytes to send
   * @throws {Error} if the connection is broken or closed
   */
  write(bytes: Uint8Array): Promise<void>;

  /**
   * Ends the connection in order: sends `last`, TLS close_notify and FIN, and then discards further
   * bytes from the peer. Closes when the peer has ended too, or when a limit in bytes or time is
   * reached. Without the discarding, a TCP reset could overtake the answer. Never rejects.
   *
   * @param last bytes to send first; cheaper than a separate `write()`
   */
  end(last?: Uint8Array): Promise<void>;

  /**
   * Closes a connection that is not wanted, before its handshake. No byte of the peer is read. If the
   * runtime already does the handshake, it gets a second to finish it, because a connection that is
   * closed during its handshake stays open. With TLS, the peer receives the end of the connection, and
   * half a second later the socket is closed. Never rejects.
   */
  refuse(): Promise<void>;

  /** Closes immediately; pending calls reject. May be called at any time, also repeatedly. */
  close(): void;
}
