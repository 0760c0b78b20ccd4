import { formatHostPort } from "./host_port.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { withoutErrorNumber } from "./error_text.ts";
import { listenPlain } from "./listen_plain.ts";
import { listenTls } from "./listen_tls.ts";

/**
 * Listens for connections. Needs only the permission `--allow-net=HOST:PORT`.
 *
 * @param options where and how to listen
 * @returns the listener
 * @throws {TypeError} if the certificate, key or CA is invalid
 * @throws {Deno.errors.NotCapable} without permission
 * @throws {Error} if the address cannot be used; the message contains the address, and `cause` is
 * the reason
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  try {
    return await (options.tls === undefined
      ? listenPlain(options)
      : listenTls(options, options.tls));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof TypeError) throw error;
    const reason = withoutErrorNumber((error as Error).message);
    throw new Error(`Cannot listen on ${formatHostPort(options)}: ${reason}`, { cause: error });
  }
}
