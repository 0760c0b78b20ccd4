import type { X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { splitPem, whyUntrusted } from "./certificate_chain.ts";
import { ConnectError, type ConnectFault } from "./connect_error.ts";
import { familyOf } from "./resolve.ts";
import type { Handshaker } from "./tls_connection.ts";

/** TLS options of a client. Without any, the server is not verified, as with `check_nrpe`. */
export interface TlsClientOptions {
  /**
   * Trusted CA certificates, PEM. The server's certificate must be signed by one of them or be one
   * of them. As with `check_nrpe -A`, the names in the certificate are checked only if `serverName`
   * is set.
   */
  ca?: string | undefined;
  /**
   * A name that the server's certificate must contain; also sent to the server (SNI). `check_nrpe`
   * has no such option. Without `ca`, the name is not checked.
   */
  serverName?: string | undefined;
  /** The client certificate, PEM, followed by its intermediate CA certificates. */
  cert?: string | undefined;
  /** The private key of the client certificate, PEM, not encrypted. */
  key?: string | undefined;
  /** The oldest TLS version to use; default: 1.2, the oldest that is supported. */
  minVersion?: "1.2" | "1.3" | undefined;
  /** The newest TLS version to use; default: 1.3. */
  maxVersion?: "1.2" | "1.3" | undefined;
  /** OpenSSL names of the cipher suites to accept in TLS 1.2; default: all supported suites. */
  ciphers?: readonly string[] | undefined;
}

/**
 * The error if the client refuses the server, or if the handshake fails. The message is the reason.
 */
export class PeerRefusal extends Error {
  constructor(readonly fault: ConnectFault, reason: string) {
    super(reason);
  }
}

/**
 * Formats the reason why `node:tls` refuses a certificate, for example its purposes or constraints.
 *
 * @param why a code or message of the runtime
 * @returns the reason
 */
export function notAcceptable(why: unknown): string {
  return `the certificate of the server is not accepted (${why})`;
}

/** Performs handshakes as a client. */
export interface TlsClient extends Handshaker {
  /** The class of `node:stream`, for the transport below TLS. */
  readonly Duplex: typeof Duplex;
}

/** Whether this process has started a handshake before. */
let prepared = false;

/**
 * Makes the runtime load all parts of TLS, which takes 40 ms. After the connection is open, this
 * delay would be a part of the time that the server allows for the handshake.
 */
function prepare(tls: typeof import("node:tls"), DuplexStream: typeof Duplex): void {
  if (prepared) return;
  prepared = true;
  const nowhere = new DuplexStream({ read() {}, write: (_chunk, _encoding, done) => done() });
  const socket = tls.connect({ socket: nowhere, rejectUnauthorized: false, servername: "" });
  socket.on("error", () => {});
  nowhere.on("error", () => {});
  socket.destroy();
}

/**
 * Creates a handshaker for clients. Loads `node:tls` when it is called. `Deno.connectTls` is not
 * usable: it always verifies the certificate and its name, but most NRPE servers have a self-signed
 * certificate.
 *
 * @param options TLS options
 * @returns the handshaker
 * @throws {ConnectError} `"ca"`, `"certificate"` or `"key"` if that text is invalid; `node:tls` would
 * silently ignore it
 */
export async function tlsClient(options: TlsClientOptions): Promise<TlsClient> {
  const [tls, crypto, { Duplex }] = await Promise.all([
    import("node:tls"),
    import("node:crypto"),
    import("node:stream"),
  ]);
  prepare(tls, Duplex);
  const { ca, cert, key, serverName, minVersion = "1.2", maxVersion = "1.3", ciphers } = options;
  const { X509Certificate } = crypto;
  const authorities = ca === undefined ? undefined : readCertificates("ca", ca, X509Certificate);
  if (cert !== undefined) {
    const [own] = readCertificates("certificate", cert, X509Certificate);
    checkKey(own!, key ?? "", crypto.createPrivateKey);
  }
  const settings = {
    ...(authorities === undefined ? {} : { ca: authorities.map(String) }),
    ...(cert === undefined ? {} : { cert, key }),
    minVersion: `TLSv${minVersion}`,
    maxVersion: `TLSv${maxVersion}`,
    // If omitted, the host name is sent; check_nrpe sends none. Addresses are never sent (RFC 6066).
    servername: serverName === undefined || familyOf(serverName) ? "" : serverName,
    // verify() below checks the certificate and finds the reason.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  } as const;

  function verify(socket: TLSSocket): void {
    const suite = socket.getCipher().name;
    if (ciphers && socket.getProtocol() === "TLSv1.2" && !ciphers.includes(suite)) {
      throw new PeerRefusal("handshake", `the server chose ${suite}, which is not allowed`);
    }
    if (authorities === undefined) return;
    const chain = peerChain(socket, X509Certificate);
    const reason = whyUntrusted(chain, authorities, new Date());
    if (reason !== undefined) throw new PeerRefusal("untrusted", reason);
    // A pinned certificate is accepted with any purposes and constraints.
    const { fingerprint256 } = chain[0]!;
    const pinned = authorities.some((authority) => authority.fingerprint256 === fingerprint256);
    if (!pinned && !socket.authorized) {
      throw new PeerRefusal("untrusted", notAcceptable(socket.authorizationError));
    }
    if (serverName === undefined) return;
    if (tls.checkServerIdentity(serverName, socket.getPeerCertificate()) !== undefined) {
      throw new PeerRefusal(
        "untrusted",
        `the certificate is not for ${JSON.stringify(serverName)}`,
      );
    }
  }

  return {
    Duplex,
    shakeHands(stream) {
      return new Promise((resolve, reject) => {
        const socket = tls.connect({ ...settings, socket: stream });
        socket.once("secureConnect", () => {
          socket.off("error", reject);
          try {
            verify(socket);
            resolve({ socket, identity: undefined });
          } catch (error) {
            reject(error);
          }
        });
        socket.once("error", reject);
        socket.once("end", () => reject(new PeerRefusal("handshake", CLOSED)));
        socket.once("close", () => reject(new PeerRefusal("handshake", CLOSED)));
      });
    },
  };
}

const CLOSED = "the server closed the connection: it does not speak TLS, or refuses this host";

function readCertificates(
  fault: "ca" | "certificate",
  pem: string,
  Certificate: typeof X509Certificate,
): X509Certificate[] {
  try {
    const found = splitPem(pem).map((block) => new Certificate(block));
    if (found.length > 0) return found;
  } catch {
    // The message of the error contains only names of parser states.
  }
  throw unusable(fault, "expected certificates in PEM format");
}

function checkKey(
  own: X509Certificate,
  pem: string,
  createPrivateKey: typeof import("node:crypto").createPrivateKey,
): void {
  let fits: boolean;
  try {
    fits = own.checkPrivateKey(createPrivateKey(pem));
  } catch {
    throw unusable("key", "expected a private key in PEM format, not encrypted");
  }
  if (!fits) throw unusable("key", "it does not belong to the certificate");
}

function unusable(fault: "ca" | "certificate" | "key", reason: string): ConnectError {
  const what = { ca: "CA certificate", certificate: "client certificate", key: "private key" };
  return new ConnectError(fault, `Cannot use ${what[fault]}: ${reason}`, reason);
}

/**
 * Returns the certificates that the peer sent.
 *
 * @param socket the connection, after the handshake
 * @param Certificate the class of `node:crypto`
 * @returns its own certificate first
 */
export function peerChain(
  socket: TLSSocket,
  Certificate: typeof X509Certificate,
): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let link: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  const seen = new Set<unknown>();
  while (link?.raw !== undefined && !seen.has(link.fingerprint256)) {
    seen.add(link.fingerprint256);
    chain.push(new Certificate(link.raw));
    link = link.issuerCertificate;
  }
  return chain;
}
