import type { Connection } from "../net/connection.ts";

/** The certificate that a server presented. */
export interface PeerCertificate {
  /** The first common name of the subject; undefined if the subject has no common name. */
  readonly commonName: string | undefined;
  /** The time when the certificate expires. */
  readonly validTo: Date;
  /**
   * The certificates between this one and the trusted CA, the issuer first; undefined if the
   * certificate was not verified.
   */
  readonly issuers?: readonly PeerCertificate[];
}

/** Facts about how a connection was opened: times and certificate. */
export interface ConnectFacts {
  /**
   * The time when connecting started, by `performance.now()`. Loading the TLS library is not
   * included.
   */
  readonly startedAt: number;
  /**
   * The time when the TCP or Unix connection was open, before the TLS handshake, by
   * `performance.now()`.
   */
  readonly connectedAt: number;
  /** The server's certificate, not verified unless `ca` was set; undefined without TLS. */
  readonly certificate: PeerCertificate | undefined;
}

/** An open connection to a service. One read and one write may be pending at the same time. */
export interface ServiceConnection extends ConnectFacts {
  /**
   * Reads the next bytes, at most 64 KiB; null at the end, also if the peer breaks the connection.
   */
  read(): Promise<Uint8Array | null>;
  /** Writes all bytes. It is not an error if the peer has closed the connection. */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes the connection; further calls do nothing. */
  close(): void;
}

/**
 * Errors of a peer that closed early. They count as the end of its data, and the check examines the
 * data.
 */
const brokenOff = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/**
 * Makes a {@linkcode ServiceConnection} from a connection.
 *
 * @param connection the connection, after the TLS handshake
 * @param facts how it was opened
 * @param signal closes it when it aborts
 * @returns the connection
 */
export function serviceConnection(
  connection: Pick<Connection, "read" | "write" | "close">,
  facts: ConnectFacts,
  signal: AbortSignal,
): ServiceConnection {
  const buffer = new Uint8Array(65536);
  const close = () => {
    signal.removeEventListener("abort", close);
    connection.close();
  };
  signal.addEventListener("abort", close);
  if (signal.aborted) close();

  async function unlessBroken<T>(end: T, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      if (isBrokenOff(error)) return end;
      throw error;
    }
  }

  return {
    ...facts,
    close,
    read: () =>
      unlessBroken(null, async () => {
        const length = await connection.read(buffer);
        return length === null ? null : buffer.slice(0, length);
      }),
    write: (bytes) => unlessBroken(undefined, () => connection.write(bytes)),
  };
}

function isBrokenOff(error: unknown): boolean {
  const { code, name } = error as Error & { code?: string };
  // A broken TLS connection throws an error without a code. A server may refuse the client with an
  // alert after the handshake. If a write fails for that reason, the next read reports it.
  return name === "UnexpectedEof" ||
    (code === undefined ? name === "Error" : brokenOff.has(code) || code.startsWith("ERR_SSL_"));
}

/**
 * Reads name and expiry from the result of `getPeerCertificate()` of `node:tls`.
 *
 * @param certificate the certificate of the peer; an empty object if the peer sent no certificate
 * @returns its name and expiry; undefined if the certificate or a valid expiry is missing
 */
export function readCertificate(
  certificate: { subject?: { CN?: string | string[] }; valid_to?: string },
): PeerCertificate | undefined {
  const validTo = new Date(certificate.valid_to ?? NaN);
  if (Number.isNaN(validTo.getTime())) return undefined;
  return { commonName: [certificate.subject?.CN].flat()[0], validTo };
}
