import { MAX_PACKET_LENGTH } from "./packet.ts";
import type { ByteSource } from "./read_packet.ts";

/** The bytes that a source has returned, in one growing buffer. */
export interface Receiver {
  /** The bytes that were received and not taken yet. */
  readonly bytes: Uint8Array;
  /** Number of all bytes received so far. */
  readonly received: number;
  /** Whether the last read filled the buffer, so that more bytes are probably waiting. */
  readonly full: boolean;
  /**
   * Waits for more bytes.
   *
   * @param most limit of the buffer in bytes; above the number of bytes that it contains
   * @returns false at the end of the source
   */
  more(most: number): Promise<boolean>;
  /** Removes the first bytes of the buffer. */
  take(count: number): void;
}

/**
 * Creates a receiver. The buffer grows with the received bytes, to at most four times their number.
 *
 * @param source the source of the bytes
 * @param firstLength initial size of the buffer in bytes
 * @returns the receiver
 */
export function createReceiver(source: ByteSource, firstLength: number): Receiver {
  let buffer = new Uint8Array(firstLength);
  let start = 0;
  let end = 0;
  let received = 0;
  return {
    get bytes() {
      return buffer.subarray(start, end);
    },
    get received() {
      return received;
    },
    get full() {
      return end === buffer.length;
    },
    async more(most) {
      if (end === buffer.length) {
        const kept = buffer.subarray(start, end);
        const size = Math.min(most, Math.max(firstLength, kept.length * 4));
        buffer = new Uint8Array(Math.max(size, kept.length + 1));
        buffer.set(kept);
        [start, end] = [0, kept.length];
      }
      const count = await source.read(end === 0 ? buffer : buffer.subarray(end));
      // A read of 0 bytes counts as the end, to avoid an endless loop: the buffer always has room.
      if (count === null || count === 0) return false;
      end += count;
      received += count;
      return true;
    },
    take: (count) => void (start = Math.min(start + count, end)),
  };
}

/**
 * Receives the rest of a longer packet of version 2, so that the error can name its size. Only bytes
 * that are already there are received: a peer that waits for an answer sends no more.
 *
 * @param receiver contains the beginning of a packet of version 2
 */
export async function receiveWaiting(receiver: Receiver): Promise<void> {
  while (receiver.full && receiver.bytes.length < MAX_PACKET_LENGTH) {
    if (!await receiver.more(MAX_PACKET_LENGTH)) return;
  }
}
