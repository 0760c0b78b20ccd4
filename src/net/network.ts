import { type IpAddress, MAPPED_PREFIX_BITS, parseAddress } from "./address.ts";

/** A block of addresses: all addresses with the same first `prefix` bits as `bytes`. */
export interface Network extends IpAddress {
  /** Prefix length in bits: 0–32 for family 4, 0–128 for family 6. */
  readonly prefix: number;
}

/**
 * Parses an address or a block in CIDR notation. Host bits may be set (`10.1.2.3/8`), and an IPv6
 * address may be in brackets. A block of mapped IPv4 addresses becomes an IPv4 block.
 *
 * @param text the address or block
 * @returns the block
 * @throws {SyntaxError} if the text is invalid; the message is only the reason
 */
export function parseNetwork(text: string): Network {
  const slash = text.indexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const bracketed = /^\[(.*:.*)\]$/.exec(host)?.[1] ?? host;
  if (bracketed.includes("%")) {
    throw new SyntaxError("zones are not supported: they are valid on one host only");
  }
  const address = parseAddress(bracketed);
  if (address === undefined) throw new SyntaxError(whyInvalid(bracketed));
  const written = bracketed.includes(":") ? 128 : 32;
  if (slash < 0) return { ...address, prefix: address.bytes.length * 8 };
  const length = text.slice(slash + 1);
  if (length.includes(".") || length.includes(":")) {
    throw new SyntaxError(
      'netmasks are not supported: use a prefix length such as "10.0.0.0/8"',
    );
  }
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > written) {
    throw new SyntaxError(`expected a prefix length of 0 to ${written} after "/"`);
  }
  const bits = Number(length);
  if (written === 32 || address.family === 6) return { ...address, prefix: bits };
  if (bits >= MAPPED_PREFIX_BITS) return { ...address, prefix: bits - MAPPED_PREFIX_BITS };
  // The block is wider than the block of mapped IPv4 addresses. So it is an IPv6 block and matches
  // no IPv4 peer.
  const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...address.bytes);
  return { family: 6, bytes: mapped, prefix: bits };
}

/**
 * Returns whether a block contains an address.
 *
 * @param network the block
 * @param address the address
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

function whyInvalid(text: string): string {
  if (text.includes(":")) return "not an IPv6 address";
  if (/(^|\.)0\d/.test(text)) {
    return "leading zeros are not allowed in an IPv4 address: some programs read them as octal";
  }
  return "not an IPv4 address";
}
