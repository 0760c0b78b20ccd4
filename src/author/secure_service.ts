import type { Connection } from "../net/connection.ts";
import { secureClient } from "../net/secure_client.ts";
import { PeerRefusal, type TlsClient } from "../net/tls_client.ts";
import { type PeerCertificate, readCertificate } from "./service_connection.ts";
import { readIssuers } from "./verified_chain.ts";

/** The part of a connection that a service uses. */
export type OpenConnection = Pick<Connection, "read" | "write" | "close">;

/** The limit of the runtime, which explains most refused handshakes. */
const LIMIT = "Deno speaks TLS 1.2+ with ECDHE only";

/** Explanations of the alerts of a server that does not support what the runtime offers. */
const unsupported: ReadonlyMap<string, string> = new Map([
  ["ProtocolVersion", `the server supports none of the allowed TLS versions: ${LIMIT}`],
  ["InsufficientSecurity", `the server requires other cipher suites: ${LIMIT}`],
  [
    "HandshakeFailure",
    `the server refuses the handshake: ${LIMIT}, or the server requires a client certificate`,
  ],
]);

function explainHandshake(error: Error): Error {
  const alert = /fatal alert: (\w+)/.exec(error.message)?.[1] ?? "";
  const reason = unsupported.get(alert);
  return reason === undefined ? error : new PeerRefusal("handshake", reason);
}

/**
 * Does the TLS handshake with a service. TLS reads from the network only while the handshake or a `read()` is
 * pending, because a server may send more than the check reads. `TLSSocket.pause()` is not used: it
 * loses the end of the stream.
 *
 * @param conn the TCP connection or Unix socket
 * @param host the host, for error messages
 * @param client performs the handshake
 * @param ca the trusted certificates if the certificate is verified, PEM
 * @param signal cancels the handshake
 * @returns the connection, and the certificate of the server
 * @throws {ConnectError} if the handshake fails
 */
export async function secureService(
  conn: Deno.Conn,
  host: string,
  client: TlsClient,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<{ connection: OpenConnection; certificate: PeerCertificate | undefined }> {
  let certificate: PeerCertificate | undefined;
  let reading = true;
  let wake = () => {};
  const gated: Pick<Deno.Conn, "read" | "write" | "close"> = {
    async read(buffer) {
      while (!reading) await new Promise<void>((resolve) => wake = resolve);
      return await conn.read(buffer);
    },
    write: (bytes) => conn.write(bytes),
    close: () => conn.close(),
  };
  const handshaker: TlsClient = {
    Duplex: client.Duplex,
    async shakeHands(stream) {
      const secured = await client.shakeHands(stream).catch((error) => {
        throw explainHandshake(error);
      });
      certificate = readCertificate(secured.socket.getPeerCertificate());
      if (certificate && ca !== undefined) {
        certificate = { ...certificate, issuers: await readIssuers(secured.socket, ca) };
      }
      reading = false;
      return secured;
    },
  };
  const peer = { address: host, port: 0 };
  const { close, read, write } = await secureClient(
    gated as Deno.TcpConn,
    peer,
    handshaker,
    signal,
  );
  return {
    certificate,
    connection: {
      close,
      write,
      async read(buffer) {
        reading = true;
        wake();
        try {
          return await read(buffer);
        } finally {
          reading = false;
        }
      },
    },
  };
}
