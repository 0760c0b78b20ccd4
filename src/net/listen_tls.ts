import type { Server, Socket } from "node:net";
import { plainAddress } from "./address.ts";
import type { Connection } from "./connection.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { tlsConnection } from "./tls_connection.ts";
import { tlsServer } from "./tls_server.ts";
import type { TlsServerOptions } from "./tls_options.ts";
import { socketTransport } from "./tls_transport.ts";

/** Connections that wait in the kernel for us to accept them. */
const BACKLOG = 511;

/**
 * After so many connections the garbage collector is called, where the process was started with
 * `--v8-flags=--expose-gc`. What TLS holds of a connection is outside the heap and freed with its
 * object, but V8 does not see how much that is, and would let 60 MB of it pile up.
 */
const RECLAIM_AFTER = 256;

const { gc } = globalThis as { gc?: () => void };

/** Paused: not a byte is read before somebody asks for the handshake. */
const OPTIONS = { pauseOnConnect: true, noDelay: true };

/**
 * Listens for connections that will speak TLS.
 *
 * Why not `Deno.listenTls`, which is smaller and faster: it shakes hands on its own as soon as a
 * connection is there, and `close()` then neither stops that nor closes the socket (Deno 2.9.6). A
 * host that is not allowed would get our certificate, and whoever connects and stays silent would
 * hold a file descriptor for ever.
 *
 * @param options where
 * @param tls certificate, key and rules
 * @returns the listener
 */
export async function listenTls(
  { hostname, port, onAcceptError }: ListenOptions,
  tls: TlsServerOptions,
): Promise<Listener> {
  let handshaker = await tlsServer(tls);
  const { createServer } = await import("node:net");
  const accepted: Connection[] = [];
  let closed = false;
  let count = 0;
  let wake = () => {};

  const server = createServer(OPTIONS, (socket: Socket) => {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || closed) return socket.destroy();
    const peer = { address: plainAddress(remoteAddress), port: remotePort! };
    if (++count % RECLAIM_AFTER === 0) gc?.();
    accepted.push(tlsConnection(socketTransport(socket), peer, () => handshaker));
    wake();
  });
  // Without permission node:net throws where nobody can catch it; this throws here, and says of an
  // address that is not to be had what the system says.
  Deno.listen({ hostname, port }).close();
  const address = await bind(server, hostname.replace(/^\[(.*)\]$/, "$1"), port);
  server.on("error", (error) => onAcceptError?.(error));

  return {
    address,
    async accept() {
      while (accepted.length === 0 && !closed) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      return accepted.shift() ?? null;
    },
    async replaceTls(next) {
      handshaker = await tlsServer(next);
    },
    close() {
      if (closed) return;
      closed = true;
      server.close();
      wake();
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<Listener["address"]> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off("error", reject);
      const { address, port } = server.address() as { address: string; port: number };
      resolve({ hostname: address, port });
    });
  });
}
