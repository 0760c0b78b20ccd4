import { type Address, formatHostPort } from "../net/host_port.ts";
import { listen } from "../net/listen.ts";
import type { Listener, ListenOptions } from "../net/listener.ts";
import type { TlsServerOptions } from "../net/tls_options.ts";
import { covers } from "../net/wildcard.ts";
import type { Service } from "./visit.ts";

/** Options of {@linkcode openListeners}. */
export interface ListenersOptions {
  /** Certificate, key and rules; false for plain text. */
  tls: false | TlsServerOptions;
  /** Receives events. */
  log: Service["report"];
  /** Called with each listener, also with those that are opened later. */
  onOpen: (listener: Listener) => void;
  /** Called if all file descriptors are in use. */
  onExhausted?: () => void;
  /** Passed to `listen()`. */
  onStuck?: ListenOptions["onStuck"];
  /**
   * Whether the addresses are in use at the moment, because an earlier acceptor is closing its
   * sockets. They are then tried every millisecond for a second, and none of them is required.
   */
  takeOver?: boolean;
  /** Called when everything is ready, and the first of the addresses is in use. */
  onPrepared?: () => void;
  /**
   * Wait before the first retry, in milliseconds; default: 1,000. Each further wait is twice as
   * long.
   */
  firstWait?: number;
}

/** The listeners of a daemon: the open ones, and those that could not be opened yet. */
export interface Listeners {
  /** The addresses that are open. */
  readonly addresses: Address[];
  /** Closes all listeners and stops all retries. */
  close(): void;
}

/** The default of `firstWait`. */
const firstMilliseconds = 1_000;

/** Time within which an earlier acceptor must close its sockets. */
const takeOverMilliseconds = 1_000;

/** The longest wait before a retry. */
const mostMilliseconds = 30_000;

/**
 * Listens on several addresses. If an address cannot be used, for example because its interface
 * does not exist yet, this function logs it and retries it later. The other addresses serve in the
 * meantime. If a wildcard of the list covers an address, the address is not opened: the runtime
 * cannot restrict a socket to IPv6 (Deno 2.9.6), so `[::]` also receives the connections to
 * `0.0.0.0`.
 *
 * @param addresses the addresses, without names
 * @param options the certificate, the log and the waits
 * @returns the listeners; at least one is open, unless `takeOver` is set
 * @throws if no address can be used and `takeOver` is not set, if a permission is missing, or if the certificate is invalid
 */
export async function openListeners(
  addresses: readonly Address[],
  options: ListenersOptions,
): Promise<Listeners> {
  const { tls, log, onOpen, onExhausted, onStuck, onPrepared, takeOver = false } = options;
  const { firstWait = firstMilliseconds } = options;
  const open: { wanted: Address; listener: Listener }[] = [];
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let closed = false;
  let prepared = false;

  const isCovered = (address: Address, error: unknown) =>
    isInUse(error) && open.some(({ wanted }) => covers(wanted, address) || covers(address, wanted));

  async function openOne(wanted: Address): Promise<void> {
    const listener = await listen({
      ...wanted,
      ...(tls !== false && { tls }),
      onStuck,
      onAcceptError(error) {
        log("error", "accept", {
          address: formatHostPort(wanted),
          reason: (error as Error).message,
        });
        onExhausted?.();
      },
    });
    if (closed) return listener.close();
    open.push({ wanted, listener });
    onOpen(listener);
  }

  function notifyPrepared(): void {
    if (!prepared) onPrepared?.();
    prepared = true;
  }

  async function takeOne(wanted: Address): Promise<void> {
    const end = performance.now() + takeOverMilliseconds;
    while (true) {
      try {
        return await openOne(wanted);
      } catch (error) {
        if (!isInUse(error) || isCovered(wanted, error) || performance.now() > end) throw error;
        notifyPrepared();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  function retryLater(wanted: Address, wait: number): void {
    const timer = setTimeout(async () => {
      timers.delete(timer);
      try {
        await openOne(wanted);
        if (!closed) log("info", "listen", { address: formatHostPort(wanted) });
      } catch (error) {
        if (closed) return;
        const own = open.find((one) => isInUse(error) && covers(wanted, one.wanted));
        if (own !== undefined) {
          const reason = `The daemon listens on ${formatHostPort(own.wanted)} already: restart it`;
          log("warning", "listen", { address: formatHostPort(wanted), reason });
        } else if (!isCovered(wanted, error)) {
          retryLater(wanted, Math.min(2 * wait, mostMilliseconds));
        }
      }
    }, wait);
    timers.add(timer);
  }

  function close(): void {
    closed = true;
    timers.forEach(clearTimeout);
    for (const { listener } of open) listener.close();
  }

  const missing: { wanted: Address; error: Error }[] = [];
  try {
    for (const wanted of addresses.toSorted((a, b) => breadth(b) - breadth(a))) {
      try {
        await (takeOver ? takeOne(wanted) : openOne(wanted));
      } catch (error) {
        if (isFatal(error)) throw error;
        if (!isCovered(wanted, error)) missing.push({ wanted, error: error as Error });
      }
    }
    if (open.length === 0 && !takeOver) {
      throw new Error(missing.map(({ error }) => error.message).join("; "));
    }
  } catch (error) {
    close();
    throw error;
  }
  for (const { wanted, error } of missing) {
    log("warning", "listen", { address: formatHostPort(wanted), reason: error.message });
    retryLater(wanted, firstWait);
  }
  const order = ({ wanted }: { wanted: Address }) => addresses.indexOf(wanted);

  return {
    get addresses() {
      return open.toSorted((a, b) => order(a) - order(b)).map(({ listener }) => listener.address);
    },
    close,
  };
}

function isFatal(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable || error instanceof TypeError;
}

function isInUse(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof Deno.errors.AddrInUse || Object(cause).code === "EADDRINUSE";
}

// A wildcard is opened first, because it covers other addresses.
function breadth({ hostname }: Address): number {
  if (covers({ hostname, port: 1 }, { hostname: "0.0.0.0", port: 1 })) {
    return hostname.includes(":") ? 2 : 1;
  }
  return 0;
}
