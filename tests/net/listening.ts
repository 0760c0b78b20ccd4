/** Helpers for tests of listeners: a server with a given behaviour, and misbehaving peers. */
import tls from "node:tls";
import type { Connection } from "../../src/net/connection.ts";
import { listen } from "../../src/net/listen.ts";
import type { Listener, ListenOptions } from "../../src/net/listener.ts";
import type { TlsServerOptions } from "../../src/net/tls_options.ts";
import { createSelfSigned } from "../../src/certificate/self_signed.ts";
import { PATIENCE, until, within } from "../waiting.ts";

export const HOST = "127.0.0.1";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A listener that serves every connection the same way. */
export interface Listening extends AsyncDisposable {
  listener: Listener;
  port: number;
  /** The result of each connection: the message of the error, or "done". */
  outcomes: string[];
  /** Resolves when this number of connections was served. */
  served(count: number): Promise<string[]>;
}

/** Listens on loopback until disposed of. */
export async function listening(
  serve: (connection: Connection) => Promise<unknown>,
  options: Partial<ListenOptions> = {},
): Promise<Listening> {
  const listener = await listen({ hostname: HOST, port: 0, ...options });
  const outcomes: string[] = [];
  const open = new Set<Connection>();
  const accepting = (async () => {
    for (let connection; (connection = await listener.accept()) !== null;) {
      const one = connection;
      open.add(one);
      serve(one).then(() => "done", (error) => String(error.message)).then((outcome) => {
        one.close();
        open.delete(one);
        outcomes.push(outcome);
      });
    }
  })();
  return {
    listener,
    port: listener.address.port,
    outcomes,
    async served(count) {
      await until(`${count} connections to be served`, () => outcomes.length >= count);
      return outcomes;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const one of open) one.close();
      await within(PATIENCE, "accept() to end", accepting);
    },
  };
}

/**
 * Returns a behaviour: complete the handshake, read a query up to its line feed, answer with its
 * length and `text`.
 */
export function answering(text = "") {
  return async (connection: Connection) => {
    await connection.handshake();
    const query = await readUntil(connection, "\n");
    await connection.write(encoder.encode(`${query.length} ${text}`));
    await connection.end();
  };
}

/** Reads until the text ends with `end`, or the peer has ended. */
export async function readUntil(connection: Connection, end: string): Promise<string> {
  const buffer = new Uint8Array(1000);
  let text = "";
  while (!text.endsWith(end) || end === "") {
    const count = await within(PATIENCE, "bytes of the peer", connection.read(buffer));
    if (count === null) break;
    text += decoder.decode(buffer.subarray(0, count));
  }
  return text;
}

/** Reads a plain connection to its end; returns the number of bytes and how it ended. */
export async function readAll(conn: Deno.Conn): Promise<{ bytes: number; end: string }> {
  const buffer = new Uint8Array(65_536);
  let bytes = 0;
  try {
    const read = () => within(PATIENCE, "bytes or an end", conn.read(buffer));
    for (let count; (count = await read()) !== null;) bytes += count;
    return { bytes, end: "FIN" };
  } catch (error) {
    return { bytes, end: (error as Error).name };
  }
}

/** Result of a query over TLS. */
interface TlsAnswer {
  answer: string;
  protocol: string | null;
  fingerprint: string;
}

/** Sends a query over TLS; resolves when the server has ended the connection. */
export function askTls(
  port: number,
  query: string | Uint8Array,
  options: tls.ConnectionOptions = {},
): Promise<TlsAnswer> {
  const answered = new Promise<TlsAnswer>((resolve, reject) => {
    const socket = tls.connect({ host: HOST, port, rejectUnauthorized: false, ...options });
    let answer = "";
    let protocol: string | null = null;
    let fingerprint = "";
    socket.on("secureConnect", () => {
      protocol = socket.getProtocol();
      fingerprint = socket.getPeerCertificate().fingerprint256;
      socket.write(query);
    });
    socket.on("data", (chunk) => answer += chunk);
    socket.on("error", reject);
    socket.on("end", () => {
      socket.destroy();
      resolve({ answer, protocol, fingerprint });
    });
    socket.on("close", () => reject(new Error("closed without an end")));
  });
  return within(PATIENCE, "an answer over TLS", answered);
}

/** Returns a TLS 1.3 ClientHello of this runtime. */
export async function clientHello(): Promise<Uint8Array> {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const socket = tls.connect({ host: HOST, port: listener.addr.port, rejectUnauthorized: false });
  socket.on("error", () => {});
  const conn = await listener.accept();
  const buffer = new Uint8Array(4_096);
  const count = await conn.read(buffer);
  conn.close();
  socket.destroy();
  listener.close();
  return buffer.slice(0, count ?? 0);
}

/** Returns server options with a new self-signed certificate. */
export async function selfSigned(
  options: Partial<TlsServerOptions> = {},
): Promise<TlsServerOptions> {
  return { ...await createSelfSigned({ names: ["localhost", HOST] }), ...options };
}
