/** The recorded packets of `vectors/nrpe.json`: plain TCP between NRPE's own programs. */
import rows from "./vectors/nrpe.json" with { type: "json" };

/** One recorded packet. */
export interface Vector {
  name: string;
  /** What the version field says, 0, 1 and 5 included. */
  version: number;
  direction: "query" | "response";
  /** The bytes on the wire; none where a server closed without an answer. */
  bytes: Uint8Array;
  note: string;
  /** Exit code of the `check_nrpe` that received the response. */
  exit?: number;
  /** What that `check_nrpe` printed. */
  stdout?: string;
}

/** Reads hexadecimal digits in which `00*980` stands for 980 such bytes and blanks for nothing. */
export function parseHex(text: string): Uint8Array {
  const digits = text.replace(/([0-9a-f]{2})\*(\d+)/g, (_, byte, count) => byte.repeat(count));
  return Uint8Array.from(digits.match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16));
}

export const vectors: Vector[] = rows.map((row) => ({
  ...row,
  direction: row.direction as Vector["direction"],
  bytes: parseHex(row.hex),
}));

/** The vector of that name and direction. */
export function vector(name: string, direction: Vector["direction"]): Vector {
  const found = vectors.find((one) => one.name === name && one.direction === direction);
  if (found === undefined) throw new Error(`There is no ${direction} vector "${name}"`);
  return found;
}
