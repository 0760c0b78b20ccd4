import { parseDuration } from "../nagios/units.ts";
import type { PluginOutput } from "../nagios/plugin_output.ts";
import { stateOf } from "../nagios/state.ts";
import { decodeText, encodeText } from "../nagios/text.ts";
import type { TlsClientOptions } from "../net/tls_client.ts";
import { formatQuery } from "../protocol/parse_query.ts";
import { ask } from "./exchange.ts";

/** The command to run, the server to ask, and options of {@linkcode sendQuery}. */
export interface QueryOptions {
  /** Name or address of the server. */
  host: string;
  /** Port of the server; default: 5666. */
  port?: number;
  /** Name of the command. */
  command: string;
  /** Arguments of the command: at most 16, not empty, without `!`. */
  args?: readonly string[];
  /**
   * Version of the query packet; default: 4. A server closes the connection without an answer if it
   * does not know the version. The query is then sent again as version 2.
   */
  version?: 2 | 3 | 4;
  /** TLS options, or false for no TLS; default: TLS. The server is verified only if `ca` is given. */
  tls?: false | TlsClientOptions;
  /** Timeout for all steps, in seconds or as a duration such as `"500ms"`; default: 10 seconds. */
  timeout?: number | string;
  /** Aborts the query. */
  signal?: AbortSignal;
  /** Address family; default: any. */
  family?: 4 | 6;
  /** Local address to connect from. */
  bind?: string;
  /** Length of the text buffer of version 2 in bytes, as set in NSClient++; default: 1,024. */
  payloadSize?: number;
}

/**
 * Sends a command to an NRPE server and returns the output of the plugin, as `check_nrpe` does. It
 * opens one connection for each query packet.
 *
 * The text is lossless: bytes that are not UTF-8 become lone surrogates U+DC80 to U+DCFF, as in
 * Python's `surrogateescape`, and {@linkcode encodeText} converts them back. A result code other
 * than 0 to 3 becomes UNKNOWN.
 *
 * With TLS, the server must have a certificate. An nrpe without one offers only anonymous
 * Diffie-Hellman, which is a {@linkcode ConnectError} with this reason.
 *
 * @param options the command, the server, and options
 * @returns state and output of the plugin
 * @throws {RangeError} if the query cannot be sent unchanged: an argument is empty or contains `!`,
 * or the arguments are too many or too long; also if the timeout is not above 0
 * @throws {SyntaxError} if `timeout` is a string and not a duration
 * @throws {ConnectError} if the connection fails; its {@linkcode ConnectFault} is for example
 * `"resolve"` (unknown host name), `"refused"` (no program listens on the port) or `"handshake"`
 * (TLS failed)
 * @throws {ProtocolError} if the response is malformed; if the server closed the connection without
 * a response, `received` is 0
 * @throws {DOMException} named `TimeoutError` if the response does not arrive in time
 *
 * @example
 * ```ts
 * import { sendQuery } from "@checkwright/checkwright/client";
 * import { encodePacket } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * // A server that always returns the same response.
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const served = (async () => {
 *   using connection = await listener.accept();
 *   await connection.read(new Uint8Array(2048));
 *   const text = "LOAD WARNING - 6.2|load1=6.2;5;10";
 *   await connection.write(encodePacket({ version: 4, type: "response", resultCode: 1, text }));
 * })();
 *
 * const { port } = listener.addr as Deno.NetAddr;
 * const output = await sendQuery({ host: "127.0.0.1", port, tls: false, command: "check_load" });
 * assertEquals(output, { state: "WARNING", text: "LOAD WARNING - 6.2|load1=6.2;5;10" });
 *
 * await served;
 * listener.close();
 * ```
 */
export async function sendQuery(options: QueryOptions): Promise<PluginOutput> {
  const { host, port = 5666, command, args = [], version = 4, tls = {}, timeout = 10 } = options;
  const seconds = typeof timeout === "string" ? parseDuration(timeout) : timeout;
  if (!(seconds > 0)) {
    throw new RangeError(`Invalid timeout "${timeout}": expected a duration above 0`);
  }
  const response = await ask({
    hostname: host,
    port,
    query: encodeText(formatQuery({ command, args: [...args] })),
    version,
    tls,
    timeout: seconds,
    signal: options.signal,
    family: options.family,
    bind: options.bind,
    payloadSize: options.payloadSize,
  });
  return { state: stateOf(response.resultCode), text: decodeText(response.text) };
}
