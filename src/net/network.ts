import { type IpAddress, MAPPED_PREFIX_BITS, parseAddress } from "./address.ts";

/** A block of addresses: all that agree with `bytes` in the first `prefix` bits. */
export interface Network extends IpAddress {
  /** How many bits count: 0–32 for family 4, 0–128 for family 6. */
  readonly prefix: number;
}

/**
 * Parses an address, or a block in CIDR notation. Bits of the host may be set (`10.1.2.3/8`), and an
 * IPv6 address may stand in brackets. A block of mapped IPv4 addresses is a block of IPv4.
 *
 * @param text the address or block
 * @returns the block
 * @throws {SyntaxError} with the reason alone, if it is none
 */
export function parseNetwork(text: string): Network {
  const slash = text.indexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const bracketed = /^\[(.*:.*)\]$/.exec(host)?.[1] ?? host;
  if (bracketed.includes("%")) {
    throw new SyntaxError("an address with a zone means something on one host only");
  }
  const address = parseAddress(bracketed);
  if (address === undefined) throw new SyntaxError(addressFault(bracketed));
  const written = bracketed.includes(":") ? 128 : 32;
  if (slash < 0) return { ...address, prefix: address.bytes.length * 8 };
  const length = text.slice(slash + 1);
  if (length.includes(".") || length.includes(":")) {
    throw new SyntaxError(
      'a netmask is not understood, write the number of bits, as in "10.0.0.0/8"',
    );
  }
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > written) {
    throw new SyntaxError(`expected a prefix length of 0 to ${written} after "/"`);
  }
  const bits = Number(length);
  if (written === 32 || address.family === 6) return { ...address, prefix: bits };
  if (bits >= MAPPED_PREFIX_BITS) return { ...address, prefix: bits - MAPPED_PREFIX_BITS };
  // Wider than all of mapped IPv4: a block of IPv6, in which no peer's address ever is.
  const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...address.bytes);
  return { family: 6, bytes: mapped, prefix: bits };
}

/**
 * Tells whether an address is in a block.
 *
 * @param network the block
 * @param address the address
 * @returns true if it is
 */
export function contains(network: Network, address: IpAddress): boolean {
  if (network.family !== address.family) return false;
  const whole = network.prefix >> 3;
  for (let index = 0; index < whole; index++) {
    if (network.bytes[index] !== address.bytes[index]) return false;
  }
  const shift = 8 - (network.prefix & 7);
  return shift === 8 || (network.bytes[whole]! ^ address.bytes[whole]!) >> shift === 0;
}

function addressFault(text: string): string {
  if (text.includes(":")) return "not an IPv6 address";
  if (/(^|\.)0\d/.test(text)) {
    return "a part of an IPv4 address with a leading zero is decimal to some and octal to others";
  }
  return "not an IPv4 address";
}
