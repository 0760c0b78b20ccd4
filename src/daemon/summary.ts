import { parseAddress } from "../net/address.ts";
import type { Fields, Level, Log } from "./log.ts";

/** Time after which repeated events are summarised, in milliseconds. */
const period = 60_000;

/** The most kinds of events that are counted. Further ones are counted together. */
const mostKinds = 512;

/** The longest value that is kept, in characters. A client can send 64 KiB. */
const mostCharacters = 1_024;

interface Repeated {
  level: Level;
  event: string;
  fields: Fields;
  count: number;
}

/** Events that peers cause are repeated as often as peers like. */
export interface Summary {
  /**
   * Logs an event. The first event of a kind is logged at once. Further ones are counted, and one
   * event per minute contains their number. Events are of one kind if they differ only in the peer
   * within a network (/24 for IPv4, /64 for IPv6) and in numbers of the reason.
   */
  log: Log;
  /** Logs the numbers that were not logged yet. */
  flush(): void;
}

/**
 * Makes a summary of repeated events.
 *
 * @param log receives the events
 * @param after calls a function after a time; replaced in tests
 * @returns the summary
 */
export function createSummary(
  log: Log,
  after: (milliseconds: number, task: () => void) => void = (milliseconds, task) =>
    Deno.unrefTimer(setTimeout(task, milliseconds)),
): Summary {
  const kinds = new Map<string, Repeated>();

  function report(key: string): void {
    const kind = kinds.get(key);
    if (kind === undefined) return;
    if (kind.count === 0) return void kinds.delete(key);
    const { level, event, fields, count } = kind;
    kind.count = 0;
    log(level, event, { ...fields, repeated: count });
    after(period, () => report(key));
  }

  return {
    log(level, event, fields = {}) {
      const short = cut(fields);
      const peer = short.peer === undefined ? undefined : networkOf(String(short.peer));
      const reason = String(short.reason).replaceAll(/\b(0x[\da-f]+|\d+)\b/gi, "#");
      let key = [level, event, short.stage, short.command, peer, reason].join("\n");
      let common: Fields = { ...short, peer };
      if (!kinds.has(key) && kinds.size >= mostKinds) {
        key = `${level}\n${event}`;
        common = { reason: "many different ones" };
      }
      const kind = kinds.get(key);
      if (kind !== undefined) return void kind.count++;
      kinds.set(key, { level, event, fields: common, count: 0 });
      log(level, event, fields);
      after(period, () => report(key));
    },
    flush() {
      for (const { level, event, fields, count } of kinds.values()) {
        if (count > 0) log(level, event, { ...fields, repeated: count });
      }
      kinds.clear();
    },
  };
}

function cut(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? value.slice(0, mostCharacters) : value,
    ]),
  );
}

/** Returns the network of an address: `192.0.2.0/24`, `2001:db8:0:1::/64`. */
function networkOf(text: string): string {
  const address = parseAddress(text);
  if (address === undefined) return text;
  const { family, bytes } = address;
  if (family === 4) return `${bytes.subarray(0, 3).join(".")}.0/24`;
  const words = [0, 2, 4, 6].map((at) => (bytes[at]! << 8 | bytes[at + 1]!).toString(16));
  return `${words.join(":")}::/64`;
}
