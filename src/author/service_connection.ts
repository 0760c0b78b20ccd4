import type { Connection } from "../net/connection.ts";

/** The certificate that a server presented. */
export interface PeerCertificate {
  /** The first common name of its subject; undefined if there is none. */
  readonly commonName: string | undefined;
  /** When it expires. */
  readonly validTo: Date;
}

/** How a connection was opened. */
export interface ConnectFacts {
  /** When connecting started, after TLS was loaded, in milliseconds of `performance.now()`. */
  readonly startedAt: number;
  /** When the connection was open, before the TLS handshake, in the same milliseconds. */
  readonly connectedAt: number;
  /** The server's certificate, not verified unless `ca` was set; undefined without TLS. */
  readonly certificate: PeerCertificate | undefined;
}

/** An open connection, plain or TLS. One read and one write may be pending at a time. */
export interface ServiceConnection extends ConnectFacts {
  /** Reads the bytes that are there, at most 64 KiB; null at the end, also if the peer broke off. */
  read(): Promise<Uint8Array | null>;
  /** Writes all bytes. A peer that no longer reads is not an error. */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes the connection; further calls do nothing. */
  close(): void;
}

/** Errors of a peer that left early: its answer until then decides. */
const brokenOff = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/**
 * Gives a connection the form that checks use.
 *
 * @param connection the connection, its TLS handshake done
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
      const { code, name } = error as Error & { code?: string };
      // TLS that broke off throws an error without a code.
      if (
        name === "UnexpectedEof" || (code === undefined ? name === "Error" : brokenOff.has(code))
      ) {
        return end;
      }
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

/**
 * Reads the result of `getPeerCertificate()` of `node:tls`.
 *
 * @param certificate the peer's certificate; an empty object if there is none
 * @returns its name and end; undefined if there is no certificate or no valid end
 */
export function readCertificate(
  certificate: { subject?: { CN?: string | string[] }; valid_to?: string },
): PeerCertificate | undefined {
  const validTo = new Date(certificate.valid_to ?? NaN);
  if (Number.isNaN(validTo.getTime())) return undefined;
  return { commonName: [certificate.subject?.CN].flat()[0], validTo };
}
