import type { Server, Socket } from "node:net";
import { plainAddress } from "./address.ts";
import type { Connection } from "./connection.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { tlsConnection } from "./tls_connection.ts";
import { tlsServer } from "./tls_server.ts";
import type { TlsServerOptions } from "./tls_options.ts";
import { socketTransport } from "./tls_transport.ts";

/** Limit of connections that wait in the kernel to be accepted. */
const BACKLOG = 511;

/**
 * The garbage collector is called after this number of connections, if the process was started with
 * `--v8-flags=--expose-gc`. The TLS memory of a connection is outside the heap and is freed with
 * its object. V8 does not see its size and would let 60 MB accumulate.
 */
const RECLAIM_AFTER = 256;

const { gc } = globalThis as { gc?: () => void };

/** Paused: no byte is read before `handshake()` is called. */
const OPTIONS = { pauseOnConnect: true, noDelay: true };

/**
 * Listens for TLS connections with `node:tls`. It can request client certificates, and a closed
 * connection is closed at once. `Deno.listenTls` can do neither, but needs less time and memory.
 *
 * @param options where to listen
 * @param tls certificate, key and rules
 * @returns the listener
 */
export async function listenNodeTls(
  { hostname, port, onAcceptError }: ListenOptions,
  tls: TlsServerOptions,
): Promise<Listener> {
  const handshaker = await tlsServer(tls);
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
  // Without permission, node:net throws an error that cannot be caught. `Deno.listen` throws an
  // error that can be caught. If the address cannot be used, the error contains the reason of the
  // system.
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
