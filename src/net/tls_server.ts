import type { TlsServerOptions } from "./tls_options.ts";
import type { Duplex } from "node:stream";
import type { SecureContext, Server, TLSSocket } from "node:tls";
import { splitPem } from "./certificate_chain.ts";
import { handshakeFailure } from "./handshake_failure.ts";
import { verifiedIdentity } from "./peer_identity.ts";
import type { Handshaker } from "./tls_connection.ts";
import { readTlsMaterial } from "./tls_material.ts";

/** After this many milliseconds a handshake is over, where its caller has not ended it before. */
const HANDSHAKE_MILLISECONDS = 60_000;

/**
 * Makes what shakes hands as a server. Only now is `node:tls` loaded.
 *
 * @param options certificate, key and rules
 * @returns the handshaker
 * @throws {TypeError} if the certificate, key or authorities cannot be used; the message says why
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
  const problem = await refusalOf(tls, new Duplex({ read() {} }), secureContext);
  if (problem !== undefined) throw new TypeError(`Cannot use TLS certificate and key: ${problem}`);

  if (clientCertificates === "ignore") {
    return {
      shakeHands: async (stream) => ({ socket: await shakeHands(stream), identity: undefined }),
    };
  }
  // Whoever shows no certificate, or a bad one, is refused here and not by the runtime, which would
  // not say whose certificate it was and why.
  const verifying = { ...context, requestCert: true, rejectUnauthorized: false };
  const handshakeOn = verifyingHandshake(() =>
    tls.createServer({ ...verifying, handshakeTimeout: HANDSHAKE_MILLISECONDS })
  );
  const rules = { required: clientCertificates === "require", authorities, X509Certificate };
  return {
    async shakeHands(stream) {
      const socket = await handshakeOn(stream);
      return { socket, identity: verifiedIdentity(socket, rules) };
    },
  };
}

/**
 * A handshake in which no client certificate is asked for. A peer that ends before it is done has
 * broken off; one that ends after it is answered still.
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
 * Makes handshakes in which a client certificate is asked for. Whether it was verified is known only
 * to sockets that belong to a `tls.Server`, which never listens here, but is handed connections
 * (Node's documentation of the event "connection"). Its events do not say which connection they are
 * about: so a server has one handshake at a time, and there are as many servers as handshakes under
 * way at once.
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

/** What rustls has against a certificate and key; it says so when a socket is made, if at all. */
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
