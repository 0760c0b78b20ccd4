import type { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { splitPem, whyUntrusted } from "./certificate_chain.ts";
import { ConnectError, type ConnectFault } from "./connect_error.ts";
import { familyOf } from "./resolve.ts";
import type { Handshaker } from "./tls_connection.ts";

/** TLS for a client. With nothing in it nothing is verified, which is how `check_nrpe` asks. */
export interface TlsClientOptions {
  /**
   * Authorities, PEM: the server's certificate must be signed by one of them, or be one of them. As
   * with `check_nrpe -A` the name in it does not matter, unless `serverName` is given.
   */
  ca?: string | undefined;
  /**
   * The name that the server's certificate must be for, told to the server too (SNI). `check_nrpe`
   * has no such option. It proves nothing without `ca`.
   */
  serverName?: string | undefined;
  /** The client's certificate, PEM, followed by what leads to its authority. */
  cert?: string | undefined;
  /** The private key of the client's certificate, PEM, not encrypted. */
  key?: string | undefined;
  /** The oldest version allowed; 1.2, which is the oldest there is, if left out. */
  minVersion?: "1.2" | "1.3" | undefined;
  /** The newest version allowed; 1.3 if left out. */
  maxVersion?: "1.2" | "1.3" | undefined;
  /** OpenSSL names of the suites to accept in TLS 1.2; all there are, if left out. */
  ciphers?: readonly string[] | undefined;
}

/** The handshake was refused from here, or came to nothing. */
export class PeerRefusal extends Error {
  /**
   * @param fault what happened
   * @param reason the same in words
   */
  constructor(readonly fault: ConnectFault, reason: string) {
    super(reason);
  }
}

/**
 * Says what `node:tls` itself has against a certificate: purposes and constraints, for example.
 *
 * @param why a code or a text of the runtime
 * @returns the reason
 */
export function notAcceptable(why: unknown): string {
  return `the server's certificate is not acceptable (${why})`;
}

/**
 * Makes what shakes hands as a client. Only now is `node:tls` loaded. `Deno.connectTls` is of no
 * use: it verifies always, and the name too, while most NRPE servers that have a certificate made it
 * themselves.
 *
 * @param options what is asked for
 * @returns the handshaker
 * @throws {ConnectError} `"ca"`, `"certificate"` or `"key"` if that text cannot be used; `node:tls`
 * would go on without it, and say nothing
 */
export async function tlsClient(options: TlsClientOptions): Promise<Handshaker> {
  const [tls, crypto] = await Promise.all([
    import("node:tls"),
    import("node:crypto"),
  ]);
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
    // Left out, the host's name is sent; check_nrpe sends none. An address is never sent (RFC 6066).
    servername: serverName === undefined || familyOf(serverName) ? "" : serverName,
    // Judged below, where the reason can be told.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  } as const;

  function judge(socket: TLSSocket): void {
    const suite = socket.getCipher().name;
    if (ciphers && socket.getProtocol() === "TLSv1.2" && !ciphers.includes(suite)) {
      throw new PeerRefusal("handshake", `the server chose ${suite}, which is not allowed`);
    }
    if (authorities === undefined) return;
    const chain = peerChain(socket, X509Certificate);
    const reason = whyUntrusted(chain, authorities, new Date());
    if (reason !== undefined) throw new PeerRefusal("untrusted", reason);
    // A certificate that is trusted for itself need not be fit for anything else.
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
    shakeHands(stream) {
      return new Promise((resolve, reject) => {
        const socket = tls.connect({ ...settings, socket: stream });
        socket.once("secureConnect", () => {
          socket.off("error", reject);
          try {
            judge(socket);
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
    // The reasons given are the names of a parser's states.
  }
  throw unusable(fault, "expected certificates in PEM form");
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
    throw unusable("key", "expected a private key in PEM form, not encrypted");
  }
  if (!fits) throw unusable("key", "it is not the key of the certificate");
}

function unusable(fault: "ca" | "certificate" | "key", reason: string): ConnectError {
  const what = { ca: "CA certificate", certificate: "client certificate", key: "private key" };
  return new ConnectError(fault, `Cannot use ${what[fault]}: ${reason}`, reason);
}

function peerChain(socket: TLSSocket, Certificate: typeof X509Certificate): X509Certificate[] {
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
