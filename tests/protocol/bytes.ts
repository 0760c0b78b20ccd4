/** Helpers for the tests of the protocol: text and bytes, a slow CRC, sources that return bytes. */
import type { ByteSource } from "../../src/protocol/read_packet.ts";

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Computes the CRC-32 bit by bit, as it is defined, to test the fast implementation. */
export function slowCrc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Returns the packet with a correct CRC, which includes `tail` more zeros. */
export function withCrc(packet: Uint8Array, tail: number = 0): Uint8Array {
  const bytes = packet.slice();
  bytes.fill(0, 4, 8);
  const summed = new Uint8Array(bytes.length + tail);
  summed.set(bytes);
  new DataView(bytes.buffer).setUint32(4, slowCrc32(summed));
  return bytes;
}

/** Joins byte arrays. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/**
 * Returns a source that returns `bytes` in pieces of the given sizes, which repeat, and then ends.
 */
export function deal(bytes: Uint8Array, sizes: number[] = [Infinity]): ByteSource {
  let at = 0;
  let turn = 0;
  return {
    read(buffer) {
      if (at === bytes.length) return Promise.resolve(null);
      const size = Math.min(sizes[turn++ % sizes.length]!, buffer.length, bytes.length - at);
      buffer.set(bytes.subarray(at, at + size));
      at += size;
      return Promise.resolve(size);
    },
  };
}
