/** The packets of `vectors/nrpe.json`, recorded between NRPE's own programs without TLS. */
import rows from "./vectors/nrpe.json" with { type: "json" };

/** One recorded packet. */
export interface Vector {
  name: string;
  /** The version field; may be 0, 1 or 5. */
  version: number;
  direction: "query" | "response";
  /** The bytes on the wire; empty if the server closed the connection without an answer. */
  bytes: Uint8Array;
  note: string;
  /** Exit code of the `check_nrpe` that received the response. */
  exit?: number;
  /** The output of that `check_nrpe`. */
  stdout?: string;
}

/** Reads hexadecimal digits. `00*980` means 980 bytes of 00; blanks are ignored. */
export function parseHex(text: string): Uint8Array {
  const digits = text.replace(/([0-9a-f]{2})\*(\d+)/g, (_, byte, count) => byte.repeat(count));
  return Uint8Array.from(digits.match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16));
}

export const vectors: Vector[] = rows.map((row) => ({
  ...row,
  direction: row.direction as Vector["direction"],
  bytes: parseHex(row.hex),
}));

/** Returns the vector with a name and a direction. */
export function vector(name: string, direction: Vector["direction"]): Vector {
  const found = vectors.find((one) => one.name === name && one.direction === direction);
  if (found === undefined) throw new Error(`Unknown ${direction} vector "${name}"`);
  return found;
}
