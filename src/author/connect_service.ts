import { connectFailure, openFamily, openTcp } from "../net/open_tcp.ts";
import { closeConn, writeAll } from "../net/tcp.ts";
import { tlsClient, type TlsClientOptions } from "../net/tls_client.ts";
import { secureService } from "./secure_service.ts";
import { type ServiceConnection, serviceConnection } from "./service_connection.ts";

/** Address of a service for {@linkcode connect}: a TCP port or a Unix socket. */
export type ServiceAddress =
  | {
    /** Host name or IP address; IPv6 without brackets. Needs `net` permission for `host:port`. */
    readonly hostname: string;
    /** Port, 1 to 65,535. */
    readonly port: number;
    /** Family of the address to connect to, 4 or 6; default: any. */
    readonly family?: 4 | 6 | undefined;
  }
  | {
    /** Path of a Unix socket. Needs `read` and `write` permission. */
    readonly path: string;
  };

/**
 * TLS settings of {@linkcode connect}. Set `ca` or `verify: false`: a check cannot use the list of
 * certificate authorities that the runtime trusts.
 */
export interface ServiceTls extends TlsClientOptions {
  /**
   * Whether the certificate of the server must be signed by one of `ca` and be valid for
   * `serverName`, by default the host; default: `true`. `false` accepts any certificate, for checks
   * that examine the certificate themselves.
   */
  verify?: boolean | undefined;
}

/** Options of {@linkcode connect}: TLS and a signal. */
export interface ServiceOptions {
  /** TLS settings; default: no TLS. */
  readonly tls?: ServiceTls | undefined;
  /** Closes the connection when it aborts, also after connecting; usually `context.signal`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a service over TCP or a Unix socket, with TLS or without.
 *
 * @param address where to connect
 * @param options TLS settings and the signal
 * @returns the open connection, after the TLS handshake; the caller must close it
 * @throws {TypeError} if `tls` is set without `ca` and without `verify: false`
 * @throws {ConnectError} if connecting fails; its properties contain the kind and the reason
 * @throws {Deno.errors.NotCapable} without permission
 * @throws the reason of the signal if it aborts
 *
 * @example
 * ```ts
 * import { connect, defineCheck, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const redis = defineCheck({
 *   description: "Redis answers",
 *   permissions: { net: ["127.0.0.1:6379"] },
 *   async run(_options, { signal }) {
 *     const connection = await connect({ hostname: "127.0.0.1", port: 6379 }, { signal });
 *     try {
 *       await connection.write(new TextEncoder().encode("PING\r\n"));
 *       return new TextDecoder().decode(await connection.read() ?? undefined).trim();
 *     } finally {
 *       connection.close();
 *     }
 *   },
 * });
 *
 * const { text } = await testCheck(redis, { net: { "127.0.0.1:6379": () => "+PONG\r\n" } });
 * assertEquals(text, "+PONG");
 * ```
 */
export async function connect(
  address: ServiceAddress,
  { tls, signal = new AbortController().signal }: ServiceOptions = {},
): Promise<ServiceConnection> {
  // TLS is prepared before the time is measured, because its first use takes 20 to 150 ms.
  const client = tls ? await tlsClient(verified(tls, address)) : undefined;
  signal.throwIfAborted();
  const startedAt = performance.now();
  const conn = await open(address, signal);
  const times = { startedAt, connectedAt: performance.now() };
  if (client === undefined) {
    const plain = {
      read: (buffer: Uint8Array) => conn.read(buffer),
      write: (bytes: Uint8Array) => writeAll(conn, bytes),
      close: () => closeConn(conn),
    };
    return serviceConnection(plain, { ...times, certificate: undefined }, signal);
  }
  const host = "hostname" in address ? address.hostname : address.path;
  const ca = tls?.verify === false ? undefined : tls?.ca;
  const { connection, certificate } = await secureService(conn, host, client, ca, signal);
  return serviceConnection(connection, { ...times, certificate }, signal);
}

function verified(
  { verify = true, ...tls }: ServiceTls,
  address: ServiceAddress,
): TlsClientOptions {
  if (!verify) return tls;
  if (tls.ca === undefined) {
    throw new TypeError(
      "Cannot verify the server's certificate: set tls.ca to its authorities, or tls.verify to false",
    );
  }
  return { ...("hostname" in address && { serverName: address.hostname }), ...tls };
}

async function open(address: ServiceAddress, signal: AbortSignal): Promise<Deno.Conn> {
  if ("hostname" in address) {
    const { hostname, port, family } = address;
    return family === undefined
      ? await openTcp(hostname, port, undefined, signal)
      : await openFamily(hostname, port, family, signal);
  }
  try {
    return await Deno.connect({ transport: "unix", path: address.path });
  } catch (error) {
    signal.throwIfAborted();
    throw connectFailure(error, address.path);
  }
}
