import { plainAddress } from "./address.ts";
import { type ConnectAttempt, ConnectError } from "./connect_error.ts";
import type { Connection } from "./connection.ts";
import { openTcp } from "./open_tcp.ts";
import { plainConnection } from "./plain_connection.ts";
import { type Family, familyOf, resolve } from "./resolve.ts";
import { secureClient } from "./secure_client.ts";
import { tlsClient, type TlsClientOptions } from "./tls_client.ts";

/** The peer to connect to, and options of the connection. */
export interface ConnectOptions {
  /** Host name or address. */
  hostname: string;
  /** Port, 1 to 65,535. */
  port: number;
  /** The address family to use; default: any. */
  family?: Family | undefined;
  /** The local address to connect from; default: the system chooses. */
  bind?: string | undefined;
  /** TLS options; default: no TLS. */
  tls?: false | TlsClientOptions | undefined;
  /** Cancels the attempt: the promise rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

/**
 * Connects to a host over TCP, with or without TLS. Tries the addresses of a name in order until
 * one accepts the connection. A failed TLS handshake is final: other addresses are not tried.
 *
 * @param options where and how to connect
 * @returns a connection whose TLS handshake is complete; no data was sent yet
 * @throws {ConnectError} if the connection fails
 * @throws {Deno.errors.NotCapable} without permission for the network
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { hostname, port, family, bind, tls, signal } = options;
  signal?.throwIfAborted();
  if (bind !== undefined && familyOf(bind) === undefined) {
    const reason = "expected an IP address";
    throw new ConnectError(
      "bind",
      `Cannot connect from ${JSON.stringify(bind)}: ${reason}`,
      reason,
    );
  }
  const client = tls ? await tlsClient(tls) : undefined;
  const addresses = await unlessAborted(resolve(hostname, family), signal);
  const conn = await firstThatAnswers(addresses, options);
  const { hostname: address } = conn.remoteAddr;
  const peer = { address: plainAddress(address), port };
  return client ? await secureClient(conn, peer, client, signal) : plainConnection(conn, peer);
}

/**
 * Opens a TCP connection to the first of several addresses that accepts one.
 *
 * @param addresses the addresses, in the order to try them
 * @param options the host of the addresses, and how to connect
 * @returns the connection
 * @throws {ConnectError} if every address fails; contains each attempt
 */
export async function firstThatAnswers(
  addresses: readonly string[],
  { hostname, port, bind, signal }: ConnectOptions,
): Promise<Deno.TcpConn> {
  const attempts: ConnectAttempt[] = [];
  let last: ConnectError | undefined;
  for (const address of addresses) {
    try {
      return await openTcp(address, port, bind, signal);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      last = error;
      attempts.push({ address, reason: error.reason });
    }
  }
  const { fault = "unreachable", reason = "No address" } = last ?? {};
  const message = `Cannot connect to ${JSON.stringify(hostname)} port ${port}: ${reason}`;
  throw new ConnectError(fault, message, reason, fault === "resolve" ? [] : attempts);
}

/** Waits until the work is done or the signal aborts. A name lookup itself cannot be cancelled. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
