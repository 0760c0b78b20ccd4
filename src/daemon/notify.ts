/**
 * Tells systemd how the daemon is, as sd_notify(3) does: one datagram a message to the socket that
 * the service manager names.
 */
export interface Notifier {
  /**
   * Sends a state, such as `READY=1`. What cannot be sent is not: nobody else is there to be told.
   *
   * @param state assignments, one a line
   */
  tell(state: string): void;
  /** Waits for what was told, and leaves nothing behind. */
  close(): Promise<void>;
}

/** What there is of Deno's datagram sockets on paths; stable types leave them out. */
interface DatagramSocket {
  send(data: Uint8Array, to: { transport: "unixpacket"; path: string }): Promise<number>;
  close(): void;
}

/**
 * Opens the way to the service manager. Needs `--unstable-net`, and net, read and write permission
 * for both paths.
 *
 * @param socket the path in `NOTIFY_SOCKET`
 * @param own a path of the daemon's own: a datagram socket must be bound somewhere
 * @returns the notifier
 */
export function openNotifier(socket: string, own: string): Notifier {
  const listenDatagram = Deno.listenDatagram as unknown as (
    options: { transport: "unixpacket"; path: string },
  ) => DatagramSocket;
  // One that was killed has left its socket behind.
  remove(own);
  const from = listenDatagram({ transport: "unixpacket", path: own });
  const encoder = new TextEncoder();
  let sent: Promise<unknown> = Promise.resolve();
  return {
    tell(state) {
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
    // It is not there.
  }
}
