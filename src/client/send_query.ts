import { parseDuration } from "../nagios/units.ts";
import type { PluginOutput } from "../nagios/plugin_output.ts";
import { stateOf } from "../nagios/state.ts";
import { decodeText, encodeText } from "../nagios/text.ts";
import type { TlsClientOptions } from "../net/tls_client.ts";
import { formatQuery } from "../protocol/parse_query.ts";
import { ask } from "./exchange.ts";

/** What to ask, and whom. */
export interface QueryOptions {
  /** Name or address of the host. */
  host: string;
  /** Its port; 5666 if left out. */
  port?: number;
  /** Name of the command. */
  command: string;
  /** Its arguments, at most 16, none of them empty. */
  args?: readonly string[];
  /**
   * Version of the packet; 4 if left out. After a server that closes without a word, which is how
   * one refuses a version that it does not know, version 2 is tried.
   */
  version?: 2 | 3 | 4;
  /** TLS: on if left out, and nothing is verified unless `ca` is given; false turns it off. */
  tls?: false | TlsClientOptions;
  /** For everything together: seconds, or a duration such as `"500ms"`; 10 if left out. */
  timeout?: number | string;
  /** Ends the query early. */
  signal?: AbortSignal;
  /** The address family to use; any, if left out. */
  family?: 4 | 6;
  /** The local address to ask from. */
  bind?: string;
  /** Bytes of the text buffer of version 2, as NSClient++ may be set to; 1,024 if left out. */
  payloadSize?: number;
}

/**
 * Asks an NRPE server to run a command, as `check_nrpe` does: one connection, one question, one
 * answer.
 *
 * The text loses nothing: bytes that are not UTF-8 are lone surrogates U+DC80 to U+DCFF, as in
 * Python's `surrogateescape`. A result code that no state has is UNKNOWN.
 *
 * With TLS, a server must have a certificate; an nrpe without one offers anonymous Diffie-Hellman
 * only, and is a `ConnectError` that says so.
 *
 * @param options what to ask, and whom
 * @returns state and output of the plugin
 * @throws {RangeError} if the query cannot be sent as it is: an argument that is empty or holds
 * `!`, too many of them, or too long
 * @throws {ConnectError} if there is no connection; its `fault` tells an unknown name (`"resolve"`),
 * nothing listening (`"refused"`), TLS (`"handshake"`, `"untrusted"`) and more apart
 * @throws {ProtocolError} if what came back is no response; with `received` 0, nothing did
 * @throws {DOMException} named `TimeoutError` if there was no response in time
 *
 * @example
 * ```ts
 * import { sendQuery } from "@checkwright/checkwright/client";
 * import { encodePacket } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * // A server that gives everyone the same answer.
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
  if (!(seconds > 0)) throw new RangeError(`Cannot wait for "${timeout}": expected a time above 0`);
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
