import { createAcceptor } from "../acceptor/acceptor.ts";
import type { FromAcceptor, ToAcceptor } from "../acceptor/acceptor_messages.ts";
import { type Address, formatHostPort } from "../net/host_port.ts";

/** The connection to an acceptor. */
export interface AcceptorLink {
  /** Sends a message. */
  post(message: ToAcceptor): void;
  /** Ends the acceptor with all its connections. */
  terminate(): void;
}

/** Events of an acceptor. */
export interface LinkEvents {
  /** Called with each message. */
  message(message: FromAcceptor): void;
  /** Called with the reason when the acceptor has failed. */
  broken(reason: string): void;
}

/** Starts an acceptor for these addresses. */
export type StartAcceptor = (addresses: readonly Address[], events: LinkEvents) => AcceptorLink;

/**
 * Returns a function that starts acceptors in workers of their own. Such a worker may use its
 * addresses and nothing else.
 *
 * @param code the bundle of `acceptor_main.ts`
 * @returns the function
 */
export function acceptorWorkers(code: string): StartAcceptor {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  return (addresses, { message, broken }) => {
    const worker = new Worker(url, {
      type: "module",
      name: "acceptor",
      deno: { permissions: acceptorPermissions(addresses) },
    } as WorkerOptions);
    worker.onmessage = ({ data }) => message(data);
    worker.onmessageerror = () => broken("It sent a message that cannot be read");
    worker.onerror = (event) => {
      event.preventDefault();
      broken(event.message || "It failed");
    };
    return {
      post: (message) => worker.postMessage(message),
      terminate: () => worker.terminate(),
    };
  };
}

/**
 * Returns the permissions of an acceptor's worker.
 *
 * @param addresses the addresses to listen on
 * @returns the option of the worker
 */
export function acceptorPermissions(addresses: readonly Address[]): Deno.PermissionOptionsObject {
  return {
    net: addresses.map(formatHostPort),
    ...{ read: false, write: false, env: false, sys: false },
    ...{ run: false, ffi: false, import: false },
  };
}

/**
 * Starts an acceptor in this thread, with the permissions of this process: for a daemon that is
 * embedded into another program.
 */
export const acceptHere: StartAcceptor = (_addresses, { message }) => {
  // Messages arrive later, as from a worker.
  const receive = createAcceptor((data) => queueMicrotask(() => message(data)), {
    disposable: false,
  });
  queueMicrotask(() => message({ type: "ready" }));
  return { post: receive, terminate: () => receive({ type: "abort" }) };
};
