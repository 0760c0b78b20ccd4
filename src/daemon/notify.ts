/**
 * Reports the daemon's state to systemd as sd_notify(3) does: one datagram per message, to the
 * socket that the service manager names.
 */
export interface Notifier {
  /**
   * Sends a state, such as `READY=1`. Errors are ignored, since there is nowhere to report them.
   *
   * @param state assignments, one a line
   */
  send(state: string): void;
  /** Waits until all states are sent, and removes the socket. */
  close(): Promise<void>;
}

/** The used part of Deno's datagram sockets on paths, which the stable types do not contain. */
interface DatagramSocket {
  send(data: Uint8Array, to: { transport: "unixpacket"; path: string }): Promise<number>;
  close(): void;
}

/**
 * Connects to the service manager. Needs `--unstable-net`, and net, read and write permission
 * for both paths.
 *
 * @param socket the path in `NOTIFY_SOCKET`
 * @param own a path for the daemon's socket, since a datagram socket must be bound to a path
 * @returns the notifier
 */
export function openNotifier(socket: string, own: string): Notifier {
  const listenDatagram = Deno.listenDatagram as unknown as (
    options: { transport: "unixpacket"; path: string },
  ) => DatagramSocket;
  // A killed daemon leaves its socket behind.
  remove(own);
  const from = listenDatagram({ transport: "unixpacket", path: own });
  const encoder = new TextEncoder();
  let sent: Promise<unknown> = Promise.resolve();
  return {
    send(state) {
      const data = encoder.encode(state);
      sent = sent.then(() => from.send(data, { transport: "unixpacket", path: socket }))
        .catch(() => {});
    },
    async close() {
      await sent;
      from.close();
      remove(own);
    },
  };
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // The file does not exist.
  }
}
