import type { AcceptorSettings } from "../acceptor/acceptor_messages.ts";
import type { AcceptorHandle } from "./acceptor_handle.ts";
import type { Log } from "./log.ts";

interface FinishingParts {
  settings: AcceptorSettings;
  /** The longest timeout of a command, in seconds. */
  longest: number;
  service: { log: Log };
}

/** Acceptors that were replaced and still finish their queries. */
export interface Finishing {
  /** Adds an acceptor that stops listening. */
  add(acceptor: AcceptorHandle): void;
  /**
   * Must be called when an acceptor has closed its sockets.
   *
   * @param acceptor the acceptor
   * @param worn whether it was replaced because its closed connections stay open
   */
  onClosed(acceptor: AcceptorHandle, worn: boolean): void;
  /**
   * Ends one acceptor and its queries, for this reason.
   *
   * @returns whether there was one
   */
  endOldest(reason: string): boolean;
  /** Returns the acceptors. */
  all(): AcceptorHandle[];
  /** The most connections that they still have. */
  readonly open: number;
}

/** The most acceptors that finish their queries. If there are more, the oldest is ended. */
const mostFinishing = 4;

/** Time in seconds that an old acceptor has for connections, in addition to the longest command. */
const finishSeconds = 15;

/**
 * Makes an empty list of replaced acceptors.
 *
 * @param parts returns the current parts
 * @param onChange called if the number of open connections has changed
 * @returns the list
 */
export function createFinishing(parts: () => FinishingParts, onChange: () => void): Finishing {
  const acceptors = new Set<AcceptorHandle>();

  function end(acceptor: AcceptorHandle, reason: string): void {
    acceptors.delete(acceptor);
    parts().service.log("warning", "acceptor ended", { unanswered: acceptor.pending, reason });
    acceptor.terminate();
  }

  function endOldest(reason: string): boolean {
    const [oldest] = acceptors;
    if (oldest !== undefined) end(oldest, reason);
    return oldest !== undefined;
  }

  return {
    add(acceptor) {
      acceptors.add(acceptor);
      const seconds = parts().longest + finishSeconds;
      const timer = setTimeout(
        () => end(acceptor, `not finished after ${seconds} s`),
        seconds * 1000,
      );
      acceptor.done.then(() => {
        clearTimeout(timer);
        acceptors.delete(acceptor);
        onChange();
      });
      if (acceptors.size > mostFinishing) endOldest("too many old acceptors");
    },
    onClosed(acceptor, worn) {
      // The next acceptor needs the other half.
      const most = parts().settings.limits.connections / 2;
      if (worn && acceptor.open > most) end(acceptor, "too many open connections");
      else onChange();
    },
    endOldest,
    all: () => [...acceptors],
    get open() {
      return sumOf(acceptors);
    },
  };
}

function sumOf(acceptors: Iterable<AcceptorHandle>): number {
  let sum = 0;
  for (const { open } of acceptors) sum += open;
  return sum;
}
