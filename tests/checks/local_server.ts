/** Servers on the loopback address, for tests of clients. */
import { openssl } from "../openssl.ts";
import { runToEnd } from "../waiting.ts";

/** A server that a test started. */
export interface LocalServer extends AsyncDisposable {
  /** The port on 127.0.0.1. */
  port: number;
  /** The data that each connection received, in the order of the connections. */
  received: string[];
}

/** A certificate and its key in PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** The script of a server for one connection, which is closed when the function returns. */
export type Peer = (connection: {
  /** Reads once; returns an empty string at the end. */
  read(): Promise<string>;
  /** Writes all data. */
  write(text: string | Uint8Array): Promise<void>;
}) => Promise<void>;

const encoder = new TextEncoder();

/** Starts a server on a free port; with a key pair it uses TLS. */
export function listen(peer: Peer, tls?: KeyPair): LocalServer {
  const address = { hostname: "127.0.0.1", port: 0 };
  const listener = tls ? Deno.listenTls({ ...address, ...tls }) : Deno.listen(address);
  const received: string[] = [];
  const open = new Set<Deno.Conn>();
  const talking: Promise<void>[] = [];

  async function talk(conn: Deno.Conn): Promise<void> {
    const at = received.push("") - 1;
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65536);
    try {
      await peer({
        async read() {
          const length = await conn.read(buffer) ?? 0;
          const text = decoder.decode(buffer.subarray(0, length), { stream: true });
          received[at] += text;
          return text;
        },
        async write(text) {
          const bytes = typeof text === "string" ? encoder.encode(text) : text;
          for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
        },
      });
    } catch {
      // The client closed the connection, or the test ended.
    } finally {
      if (open.delete(conn)) conn.close();
    }
  }

  const accepting = (async () => {
    for await (const conn of listener) {
      open.add(conn);
      talking.push(talk(conn));
    }
  })();

  return {
    port: (listener.addr as Deno.NetAddr).port,
    received,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) conn.close();
      open.clear();
      await accepting;
      await Promise.all(talking);
    },
  };
}

/** Reads until the client closes the connection. */
export const listenOnly: Peer = async ({ read }) => {
  while (await read() !== "");
};

/** Returns a loopback port on which no process listens. */
export function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** Makes a self-signed certificate that expires in this many days. */
export async function makeKeyPair(days: number, subject: string): Promise<KeyPair> {
  const folder = await Deno.makeTempDir();
  try {
    const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`];
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    const { success, stderr } = await runToEnd(openssl, {
      args: [
        ...request,
        "-nodes",
        "-keyout",
        key,
        "-out",
        cert,
        "-days",
        `${days}`,
        "-subj",
        subject,
      ],
      stdin: "null",
    });
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return { cert: await Deno.readTextFile(cert), key: await Deno.readTextFile(key) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
