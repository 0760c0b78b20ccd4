import { anonymousSuite, encodeClientHello } from "./client_hello.ts";
import { connect, type ConnectOptions } from "../net/connect.ts";
import type { Connection } from "../net/connection.ts";
import { familyOf } from "../net/resolve.ts";
import { readServerFlight, type ServerFlight } from "./server_flight.ts";
import { shakeHandsOnce } from "./shake_hands_once.ts";

/** Result of the examination of a server. */
export type ServerReport =
  /** The server speaks TLS with a certificate. */
  | {
    readonly kind: "tls";
    /**
     * The newest TLS version up to 1.2 that the server supports; undefined if it supports only 1.3.
     */
    readonly clearVersion: string | undefined;
    /** Version and cipher suite of a handshake with this runtime; or the reason why it failed. */
    readonly agreed: { readonly version: string; readonly cipher: string } | string;
    /** The certificate chain of the server, DER, with its own certificate first. */
    readonly certificates: readonly Uint8Array<ArrayBuffer>[];
    /** Whether the server requests client certificates; undefined if it supports only TLS 1.3. */
    readonly clientCertificates: "none" | "asks" | "requires" | undefined;
  }
  /** The server offers only anonymous Diffie-Hellman. */
  | { readonly kind: "anonymous"; readonly version: string; readonly cipher: string }
  /** The server does not speak TLS, or refuses the connection. */
  | { readonly kind: "closed" | "other" };

/** Which server to examine, and a signal to cancel. */
export type ExamineOptions =
  & Pick<ConnectOptions, "hostname" | "port">
  & { readonly signal: AbortSignal };

/** Alert of a server that supports none of the cipher suites (RFC 5246, section 7.2.2). */
const HANDSHAKE_FAILURE = 40;

/**
 * Examines the TLS of a server without sending a query. Sends a TLS 1.2 ClientHello, whose answer is
 * not encrypted, and performs a handshake with this runtime.
 *
 * @param options the server
 * @returns the result
 * @throws {ConnectError} if the server cannot be reached
 * @throws the reason of the signal if it aborts
 */
export async function examineServer(options: ExamineOptions): Promise<ServerReport> {
  const flight = await sayHello("certified", options);
  if (flight.kind === "closed" || flight.kind === "other") return { kind: flight.kind };
  if (flight.kind === "alert" && flight.alert === HANDSHAKE_FAILURE) {
    const anonymous = await sayHello("anonymous", options);
    if (anonymous.kind === "hello") {
      const cipher = anonymousSuite(anonymous.suite) ?? "an unknown suite";
      return { kind: "anonymous", version: anonymous.version, cipher };
    }
  }
  const known = flight.kind === "hello" ? flight : undefined;
  const { agreed, certificates, refused } = await shakeHandsOnce(options, {
    serverName: serverNameOf(options),
    mayRefuse: known === undefined || known.asksForCertificate,
  });
  const asks = known === undefined ? undefined : known.asksForCertificate ? "asks" : "none";
  return {
    kind: "tls",
    clearVersion: known?.version,
    agreed,
    certificates: known?.certificates.length ? known.certificates : certificates,
    clientCertificates: refused && asks !== "none" ? "requires" : asks,
  };
}

async function sayHello(
  suites: "certified" | "anonymous",
  options: ExamineOptions,
): Promise<ServerFlight> {
  const { hostname, port, signal } = options;
  const connection: Connection = await connect({ hostname, port, signal });
  const close = () => connection.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await connection.write(encodeClientHello(suites, serverNameOf(options)));
    return await readServerFlight((buffer) => connection.read(buffer));
  } catch {
    // Connection reset: the server has closed the connection before it read all bytes.
    signal.throwIfAborted();
    return { kind: "closed" };
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

/** Addresses are never sent as server names (RFC 6066, section 3). */
function serverNameOf({ hostname }: ExamineOptions): string | undefined {
  return familyOf(hostname) === undefined ? hostname : undefined;
}
