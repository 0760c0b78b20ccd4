import { anonymousSuite, encodeClientHello } from "./client_hello.ts";
import { connect, type ConnectOptions } from "../net/connect.ts";
import type { Connection } from "../net/connection.ts";
import { familyOf } from "../net/resolve.ts";
import { readServerFlight, type ServerFlight } from "./server_flight.ts";
import { shakeHandsOnce } from "./shake_hands_once.ts";

/** What a server says of itself in TLS. */
export type ServerReport =
  /** It speaks TLS with a certificate. */
  | {
    readonly kind: "tls";
    /** The newest version up to 1.2 that it speaks; undefined where that is none. */
    readonly clearVersion: string | undefined;
    /** Version and suite that are agreed upon with this runtime; or why nothing is. */
    readonly agreed: { readonly version: string; readonly cipher: string } | string;
    /** Its certificate and chain, DER, its own first. */
    readonly certificates: readonly Uint8Array<ArrayBuffer>[];
    /** Whether it asks clients for a certificate; undefined if TLS 1.3 alone hides it. */
    readonly clientCertificates: "none" | "asks" | "requires" | undefined;
  }
  /** It offers anonymous Diffie-Hellman only. */
  | { readonly kind: "anonymous"; readonly version: string; readonly cipher: string }
  /** It does not speak TLS, or refuses to. */
  | { readonly kind: "closed" | "other" };

/** Where to look, and until when. */
export type ExamineOptions =
  & Pick<ConnectOptions, "hostname" | "port">
  & { readonly signal: AbortSignal };

/** What a server answers that knows none of the suites (RFC 5246, section 7.2.2). */
const HANDSHAKE_FAILURE = 40;

/**
 * Looks at a server without asking it anything: with a ClientHello of TLS 1.2, which it answers in
 * the clear, and with a handshake of this runtime.
 *
 * @param options where
 * @returns what there is
 * @throws {ConnectError} if nobody listens there
 * @throws the reason of the signal
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
    // Reset: what a server does that is closed with something unread.
    signal.throwIfAborted();
    return { kind: "closed" };
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

/** Only names are told to servers (RFC 6066, section 3). */
function serverNameOf({ hostname }: ExamineOptions): string | undefined {
  return familyOf(hostname) === undefined ? hostname : undefined;
}
