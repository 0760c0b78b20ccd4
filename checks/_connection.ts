import type { TLSSocket } from "node:tls";
import { type PeerCertificate, readCertificate } from "./_certificate.ts";
import { ConnectError, describeConnectError } from "./_connect_error.ts";

/** Where to connect. */
export interface Target {
  /** An address or a name; an IPv6 address without brackets. */
  hostname: string;
  /** The port. */
  port: number;
  /** Given, the connection speaks TLS; the peer's certificate is read, never verified. */
  tls?: {
    /** The name that is asked for in the handshake; none where it is empty or an address. */
    servername: string;
  };
}

/** An open connection, plain or TLS: whoever holds one can't tell, but for the certificate. */
export interface Connection {
  /** What the peer presented, where TLS is spoken. */
  readonly certificate: PeerCertificate | undefined;
  /** When the TCP connection stood, in milliseconds of `performance.now()`. */
  readonly connectedAt: number;
  /** Reads what is there, at most 64 KiB; null at the end, also where the peer broke off. */
  read(): Promise<Uint8Array | null>;
  /** Writes all bytes. A peer that no longer listens is no error: what it said decides. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the connection; more than once does no harm. */
  close(): void;
}

/** Opens a connection; when the signal aborts, then or later, the connection is closed. */
export type Connect = (target: Target, signal: AbortSignal) => Promise<Connection>;

/** How a peer may leave in the middle without it being our failure. */
const BROKEN_OFF = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ERR_STREAM_PREMATURE_CLOSE"]);

/**
 * Loads what connecting takes, so that loading is not counted as response time: node:tls costs
 * 20 to 150 ms at its first use, and nothing where it is not asked for.
 *
 * @param tls Whether the connection shall speak TLS
 * @returns What opens connections; it throws a {@linkcode ConnectError} where it can't
 */
export async function loadConnect(tls: boolean): Promise<Connect> {
  if (!tls) return connectPlain;
  // Deno.connectTls can't go without verification, which a check of someone's own or of an expired
  // certificate needs.
  const { default: nodeTls } = await import("node:tls");
  return ({ hostname, port, tls }, signal) => {
    // The handshake names hosts, never addresses (RFC 6066, section 3), and node:tls throws at one.
    const servername = isAddress(tls?.servername ?? "") ? "" : tls!.servername;
    return connectTls(
      () => nodeTls.connect({ host: hostname, port, servername, rejectUnauthorized: false }),
      `${hostname}:${port}`,
      signal,
    );
  };
}

function isAddress(hostname: string): boolean {
  return /^[\d.]*$|:/.test(hostname);
}

async function connectPlain({ hostname, port }: Target, signal: AbortSignal): Promise<Connection> {
  const conn = await Deno.connect({ hostname, port, signal }).catch((error) => {
    throw describeConnectError(error, `${hostname}:${port}`);
  });
  const buffer = new Uint8Array(65536);
  let open = true;
  const close = () => {
    signal.removeEventListener("abort", close);
    if (open) conn.close();
    open = false;
  };
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  return {
    certificate: undefined,
    connectedAt: performance.now(),
    close,
    read: () =>
      unlessBroken(signal, null, async () => {
        const length = await conn.read(buffer);
        return length === null ? null : buffer.slice(0, length);
      }),
    write: (bytes) =>
      unlessBroken(signal, undefined, async () => {
        for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
      }),
  };
}

async function connectTls(
  open: () => TLSSocket,
  address: string,
  signal: AbortSignal,
): Promise<Connection> {
  signal.throwIfAborted();
  const socket = open();
  const close = () => {
    signal.removeEventListener("abort", close);
    socket.destroy();
  };
  signal.addEventListener("abort", close);
  let connectedAt: number | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => connectedAt = performance.now());
      socket.once("secureConnect", resolve);
      socket.on("error", reject);
      socket.once("close", () => reject(signal.reason ?? new Error("The peer closed")));
    });
  } catch (error) {
    close();
    signal.throwIfAborted();
    if (connectedAt !== undefined) throw new ConnectError("tls", (error as Error).message);
    throw describeConnectError(error, address);
  }
  const chunks = socket[Symbol.asyncIterator]();
  return {
    certificate: readCertificate(socket.getPeerCertificate()),
    connectedAt: connectedAt ?? performance.now(),
    close,
    read: () =>
      unlessBroken(signal, null, async () => {
        const { done, value } = await chunks.next();
        return done ? null : value as Uint8Array;
      }),
    write: (bytes) =>
      unlessBroken(signal, undefined, () =>
        new Promise<void>((resolve, reject) => {
          socket.write(bytes, (error) => error ? reject(error) : resolve());
        })),
  };
}

async function unlessBroken<T>(signal: AbortSignal, end: T, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    signal.throwIfAborted();
    const { code, name } = error as { code?: string; name: string };
    if (code !== undefined && BROKEN_OFF.has(code) || name === "UnexpectedEof") return end;
    throw error;
  }
}
