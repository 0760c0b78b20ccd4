/**
 * Peers that misbehave in large numbers. Used by the tests, and by tests/bench/floods.ts with more
 * connections.
 */
import { connect, type Socket } from "node:net";
import { askOnce } from "../asking.ts";
import { later } from "../waiting.ts";

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

/** Result of a flood. */
export interface Damage {
  /** The number of good queries meanwhile. */
  queries: number;
  /** The errors of good queries. */
  errors: string[];
  /** The longest time of a good query, in milliseconds. */
  worst: number;
  /** The duration of the flood, in seconds. */
  seconds: number;
}

/** Options of {@linkcode flood}. */
export interface FloodOptions {
  port: number;
  tls: boolean;
  /** The address of the bad peers. */
  from: string;
  /** The number of bad connections. */
  count: number;
  /** The number of bad connections at the same time; default: 500. */
  atOnce?: number;
  /** How long a silent peer stays connected, in milliseconds; default: 3,000. */
  silence?: number;
}

/** Opens bad connections, and sends a good query every 20 ms meanwhile. */
export async function flood(
  { misbehave }: Flood,
  { port, tls, from, count, atOnce = 500, silence = 3_000 }: FloodOptions,
): Promise<Damage> {
  const damage: Damage = { queries: 0, errors: [], worst: 0, seconds: 0 };
  const start = performance.now();
  let flooding = true;

  async function good(): Promise<void> {
    do {
      const asked = performance.now();
      try {
        await askOnce({ port }, ["fast"], { tls });
        damage.queries++;
      } catch (error) {
        damage.errors.push((error as Error).message);
      }
      damage.worst = Math.max(damage.worst, performance.now() - asked);
      await later(20);
    } while (flooding);
  }

  let left = count;
  async function bad(): Promise<void> {
    while (left-- > 0) {
      const socket = await opened(port, from);
      await misbehave(socket, silence);
      socket.destroy();
    }
  }

  const asking = good();
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, bad));
  damage.seconds = (performance.now() - start) / 1000;
  flooding = false;
  await asking;
  return damage;
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
