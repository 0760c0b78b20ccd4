/** An IP address. An IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`) has family 4. */
export interface IpAddress {
  readonly family: 4 | 6;
  /** 4 or 16 bytes, network order. */
  readonly bytes: Uint8Array;
}

/** Prefix length of `::ffff:0:0/96`, IPv4 addresses mapped into IPv6 (RFC 4291, section 2.5.5.2). */
export const MAPPED_PREFIX_BITS = 96;

/**
 * Parses an IPv4 or IPv6 address strictly: four decimal parts, or the text forms of RFC 4291.
 * Brackets, a zone and blanks are refused. A leading zero in a part of an IPv4 address is refused,
 * because programs disagree whether `010` is ten or eight.
 *
 * @param text the address
 * @returns the address; undefined if the text is not an IP address
 */
export function parseAddress(text: string): IpAddress | undefined {
  if (!text.includes(":")) {
    const bytes = parseIpv4(text);
    return bytes && { family: 4, bytes };
  }
  const bytes = parseIpv6(text);
  if (bytes === undefined) return undefined;
  return isMapped(bytes) ? { family: 4, bytes: bytes.slice(12) } : { family: 6, bytes };
}

/**
 * Formats the address of a peer in the form that the rest of the program expects: without brackets
 * and zone, and an IPv4 address that is mapped into IPv6 as IPv4.
 *
 * @param text an address from the operating system
 * @returns the address in plain form
 */
export function plainAddress(text: string): string {
  if (!text.includes(":")) return text;
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  const address = parseAddress(bare);
  return address?.family === 4 ? address.bytes.join(".") : bare;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (const [index, part] of parts.entries()) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes[index] = Number(part);
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const bytes = new Uint8Array(16);
  if (tail === undefined) {
    if (head.length !== 16) return undefined;
  } else {
    // "::" stands for at least one group of zeros.
    if (head.length + tail.length > 14) return undefined;
    bytes.set(tail, 16 - tail.length);
  }
  bytes.set(head);
  return bytes;
}

/** Parses groups between colons into bytes; the last group of an address may be an IPv4 address. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (last && index === groups.length - 1 && group.includes(".")) {
      const ipv4 = parseIpv4(group);
      if (ipv4 === undefined) return undefined;
      bytes.push(...ipv4);
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return undefined;
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff &&
    bytes[11] === 0xff;
}
