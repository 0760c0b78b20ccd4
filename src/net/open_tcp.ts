import { formatHostPort } from "./host_port.ts";
import { withoutErrorNumber } from "./error_text.ts";
import type { Socket } from "node:net";
import { ConnectError } from "./connect_error.ts";
import { type Family, familyOf, resolveFailure } from "./resolve.ts";

/** Texts of the C library for error codes of the system. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EADDRNOTAVAIL: "Cannot assign requested address",
  EHOSTUNREACH: "No route to host",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EINVAL: "Invalid argument",
  ENETUNREACH: "Network is unreachable",
  ETIMEDOUT: "Connection timed out",
};

/**
 * Opens a TCP connection to one address.
 *
 * @param hostname the address, or a name that the runtime looks up
 * @param port the port
 * @param bind the local address to connect from; if undefined, the system chooses
 * @param signal cancels the attempt
 * @returns the connection, without Nagle's algorithm, which would only delay the small packet of a
 * query after the handshake
 * @throws {ConnectError} if the connection fails
 */
export async function openTcp(
  hostname: string,
  port: number,
  bind: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Deno.TcpConn> {
  try {
    if (bind !== undefined) return await openBound(hostname, port, bind, signal);
    const conn = await Deno.connect({
      hostname,
      port,
      ...(signal === undefined ? {} : { signal }),
    });
    conn.setNoDelay(true);
    return conn;
  } catch (error) {
    signal?.throwIfAborted();
    throw connectFailure(error, hostname);
  }
}

/**
 * Opens a TCP connection to an address of one family. Needs permission for the name only: the
 * runtime remembers that `node:net` found the address by a name that is permitted.
 *
 * @param hostname the address, or a name that the runtime looks up
 * @param port the port
 * @param family the family of the address
 * @param signal cancels the attempt
 * @returns the connection
 * @throws {ConnectError} if the connection fails; `"resolve"` if the host has no such address
 */
export async function openFamily(
  hostname: string,
  port: number,
  family: Family,
  signal: AbortSignal | undefined,
): Promise<Deno.TcpConn> {
  const literal = familyOf(hostname);
  if (literal === family) return await openTcp(hostname, port, undefined, signal);
  if (literal !== undefined) {
    throw resolveFailure(hostname, "Address family for hostname not supported");
  }
  try {
    return await openNode({ host: hostname, port, family }, signal);
  } catch (error) {
    signal?.throwIfAborted();
    // This is how `node:net` reports a name that is not permitted.
    if ((error as { code?: unknown }).code === "EPERM") {
      const target = formatHostPort({ hostname, port });
      throw new Deno.errors.NotCapable(`Requires net access to "${target}", run again with it`);
    }
    throw connectFailure(error, hostname);
  }
}

/** Connects with `node:net`: `Deno.connect` has no option for the local address. */
async function openBound(
  host: string,
  port: number,
  bind: string,
  signal: AbortSignal | undefined,
): Promise<Deno.TcpConn> {
  // Without this check, `node:net` throws an error that cannot be caught.
  const from = formatHostPort({ hostname: bind, port: 0 });
  const { state } = await Deno.permissions.query({ name: "net", host: from });
  if (state !== "granted") throw new Deno.errors.NotCapable(`Requires net access to "${from}"`);

  return await openNode({ host, port, localAddress: bind }, signal);
}

async function openNode(
  address: { host: string; port: number; localAddress?: string; family?: Family },
  signal: AbortSignal | undefined,
): Promise<Deno.TcpConn> {
  const net = await import("node:net");
  signal?.throwIfAborted();
  const socket = net.connect({ ...address, noDelay: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  socket.once("connect", resolve).on("error", reject);
  try {
    await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
  return asConn(socket);
}

/** Wraps a socket as a `Deno.TcpConn`, with the members that this folder uses. */
function asConn(socket: Socket): Deno.TcpConn {
  let rest: Uint8Array = new Uint8Array(0);
  let ended = false;
  let failure: Error | undefined;
  let wake = () => {};
  const end = (error?: Error) => {
    ended = true;
    failure ??= error;
    wake();
  };
  socket.on("readable", () => wake()).on("end", () => end());
  socket.on("error", end).on("close", () => end());
  const { remoteAddress: hostname = "", remotePort: port = 0 } = socket;
  const conn: Partial<Deno.TcpConn> = {
    remoteAddr: { transport: "tcp", hostname, port },
    async read(buffer) {
      while (rest.length === 0) {
        const next: Uint8Array | null = socket.read();
        if (next !== null) rest = next;
        else if (failure !== undefined) throw failure;
        else if (socket.destroyed) throw new Deno.errors.BadResource("Connection closed");
        else if (ended) return null;
        else await new Promise<void>((resolve) => wake = resolve);
      }
      const count = Math.min(rest.length, buffer.length);
      buffer.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    write(bytes) {
      return new Promise((resolve, reject) => {
        socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
      });
    },
    closeWrite: () => new Promise((resolve) => socket.end(resolve)),
    close: () => void socket.destroy(),
  };
  return conn as Deno.TcpConn;
}

export function connectFailure(error: unknown, host: string): unknown {
  if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) return error;
  const { code = "", syscall, message } = error as Error & { code?: string; syscall?: string };
  const unresolved = /^failed to lookup address information: (.*)/.exec(message)?.[1];
  if (unresolved !== undefined) return resolveFailure(host, unresolved);
  if (syscall === "getaddrinfo") {
    return resolveFailure(host, code === "ENOTFOUND" ? "Name or service not known" : message);
  }
  if (syscall === "bind") {
    // The code of the runtime is always EINVAL.
    const reason = REASONS.EADDRNOTAVAIL!;
    return new ConnectError("bind", `Cannot connect from the local address: ${reason}`, reason);
  }
  const reason = REASONS[code] ?? withoutErrorNumber(message);
  const fault = code === "ECONNREFUSED" ? "refused" : "unreachable";
  return new ConnectError(fault, `Cannot connect to ${JSON.stringify(host)}: ${reason}`, reason);
}
