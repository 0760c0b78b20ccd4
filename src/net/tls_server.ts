import type { TlsServerOptions } from "./tls_options.ts";
import type { Duplex } from "node:stream";
import type { SecureContext, Server, TLSSocket } from "node:tls";
import { splitPem } from "./certificate_chain.ts";
import { handshakeFailure } from "./handshake_failure.ts";
import { verifiedIdentity } from "./peer_identity.ts";
import type { Handshaker } from "./tls_connection.ts";
import { readTlsMaterial } from "./tls_material.ts";

/** Timeout of a handshake in milliseconds. The caller usually ends the handshake earlier. */
const HANDSHAKE_MILLISECONDS = 60_000;

/**
 * Creates a handshaker for servers. Loads `node:tls` when it is called.
 *
 * @param options certificate, key and rules
 * @returns the handshaker
 * @throws {TypeError} if the certificate, key or CA is invalid; the message contains the reason
 */
export async function tlsServer(options: TlsServerOptions): Promise<Handshaker> {
  const { key, authorities } = await readTlsMaterial(options);
  const [tls, { Duplex }, { X509Certificate }] = await Promise.all([
    import("node:tls"),
    import("node:stream"),
    import("node:crypto"),
  ]);
  const { clientCertificates = "ignore", minVersion = "1.2" } = options;
  const context = {
    cert: options.cert,
    key,
    minVersion: `TLSv${minVersion}` as const,
    ...(options.ca === undefined ? {} : { ca: splitPem(options.ca) }),
  };
  const secureContext = tls.createSecureContext(context);
  const shakeHands = (stream: Duplex) => anonymousHandshake(tls, stream, secureContext);
  const reason = await refusalOf(tls, new Duplex({ read() {} }), secureContext);
  if (reason !== undefined) throw new TypeError(`Cannot use TLS certificate and key: ${reason}`);

  if (clientCertificates === "ignore") {
    return {
      shakeHands: async (stream) => ({ socket: await shakeHands(stream), identity: undefined }),
    };
  }
  // This module and not the runtime refuses missing and invalid client certificates, because the
  // runtime reports neither the subject nor the reason.
  const verifying = { ...context, requestCert: true, rejectUnauthorized: false };
  const handshakeOn = verifyingHandshake(() =>
    tls.createServer({ ...verifying, handshakeTimeout: HANDSHAKE_MILLISECONDS })
  );
  const rules = { required: clientCertificates === "require", authorities, X509Certificate };
  return {
    async shakeHands(stream) {
      const socket = await handshakeOn(stream);
      try {
        return { socket, identity: verifiedIdentity(socket, rules) };
      } catch (error) {
        return { socket, identity: undefined, refusal: error as Error };
      }
    },
  };
}

/**
 * Performs a handshake without a client certificate. The handshake fails if the peer ends its side
 * before the handshake is complete. A peer that ends its side later still gets its answer.
 */
function anonymousHandshake(
  tls: typeof import("node:tls"),
  stream: Duplex,
  secureContext: SecureContext,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(handshakeFailure(error));
    const onClose = () => reject(handshakeFailure("closed"));
    const socket = new tls.TLSSocket(stream, { isServer: true, secureContext });
    socket.on("error", onError).on("close", onClose).once("secure", () => {
      socket.off("error", onError).off("close", onClose);
      socket.allowHalfOpen = true;
      resolve(socket);
    });
  });
}

/**
 * Returns a function that performs handshakes with client certificates. Only sockets of a
 * `tls.Server` know whether the certificate was verified. The servers never listen. They receive
 * connections as events (see the event "connection" in Node's documentation). Their events do not
 * name the connection. Therefore each server has one handshake at a time, and there are as many
 * servers as simultaneous handshakes.
 */
function verifyingHandshake(createServer: () => Server): (stream: Duplex) => Promise<TLSSocket> {
  const idle: Server[] = [];
  return (stream) =>
    new Promise((resolve, reject) => {
      const server = idle.pop() ?? createServer();
      const settled = () => {
        server.off("secureConnection", onSecure).off("tlsClientError", onError);
        idle.push(server);
      };
      const onSecure = (socket: TLSSocket) => {
        settled();
        socket.allowHalfOpen = true;
        resolve(socket);
      };
      const onError = (error: Error) => {
        settled();
        reject(handshakeFailure(error));
      };
      server.on("secureConnection", onSecure).on("tlsClientError", onError);
      server.emit("connection", stream);
    });
}

/**
 * Returns why rustls refuses a certificate and key. rustls reports the reason when a socket is
 * created.
 */
function refusalOf(
  tls: typeof import("node:tls"),
  stream: Duplex,
  secureContext: SecureContext,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = new tls.TLSSocket(stream, { isServer: true, secureContext });
    socket.once("error", (error) => resolve(error.message));
    setTimeout(() => {
      resolve(undefined);
      socket.destroy();
    });
  });
}
