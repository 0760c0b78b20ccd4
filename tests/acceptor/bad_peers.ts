/**
 * Peers that misbehave. As a worker, this module opens bad connections: see `flooding.ts`. They
 * must not slow the clients that measure.
 */
import { connect, type Socket } from "node:net";

/** A kind of bad connection. */
export interface Flood {
  name: string;
  /**
   * Misbehaves on an open connection. Settles when the server has closed it, or after the time that
   * a silent peer stays, in milliseconds.
   */
  misbehave(socket: Socket, silence: number): Promise<void> | void;
}

/** The first bytes of a TLS ClientHello that announces 512 bytes. */
const helloStart = Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 1, 2, 3, 4, 5);

/** Half of a query packet of version 2. */
const halfQuery = new Uint8Array(518);
halfQuery.set([0, 2, 0, 1]);

/** The kinds of bad connections. */
export const floods: readonly Flood[] = [
  { name: "reset", misbehave: (socket) => void socket.resetAndDestroy() },
  { name: "connect and close", misbehave: (socket) => void socket.destroy() },
  {
    name: "garbage",
    async misbehave(socket, silence) {
      socket.write(crypto.getRandomValues(new Uint8Array(300)));
      await ended(socket, silence);
    },
  },
  { name: "silent", misbehave: ended },
  {
    name: "half a handshake",
    async misbehave(socket, silence) {
      socket.write(helloStart);
      await ended(socket, silence);
    },
  },
  {
    name: "half a query",
    async misbehave(socket, silence) {
      socket.write(halfQuery);
      await ended(socket, silence);
    },
  },
];

/** The bad connections to open. */
export interface BadPeers {
  /** The name of the kind. */
  kind: string;
  port: number;
  /** The address of the peers. */
  from: string;
  /** The number of connections. */
  count: number;
  /** The number of connections at the same time. */
  atOnce: number;
  /** How long a silent peer stays connected, in milliseconds. */
  silence: number;
}

async function misbehave({ kind, port, from, count, atOnce, silence }: BadPeers): Promise<void> {
  const { misbehave } = floods.find(({ name }) => name === kind)!;
  let left = count;
  async function peer(): Promise<void> {
    while (left-- > 0) {
      const socket = await opened(port, from);
      await misbehave(socket, silence);
      socket.destroy();
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, peer));
}

/** Connects from an address of loopback. If that fails, the socket is destroyed. */
function opened(port: number, localAddress: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    socket.on("error", () => {});
    socket.once("close", () => resolve(socket));
    socket.once("connect", () => resolve(socket));
    socket.resume();
  });
}

/** Waits until the server has closed the connection, for a limited time. */
function ended(socket: Socket, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.once("end", () => socket.destroy());
  });
}

interface WorkerScope {
  name?: string;
  onmessage: (event: MessageEvent<BadPeers>) => void;
  postMessage(message: "done"): void;
}

const scope = globalThis as unknown as WorkerScope;
if (scope.name === "bad peers") {
  scope.onmessage = async ({ data }) => {
    await misbehave(data);
    scope.postMessage("done");
  };
}
