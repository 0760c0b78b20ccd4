import { domainToASCII } from "node:url";
import { type IpAddress, parseAddress } from "../net/address.ts";

/** RFC 1035, section 2.3.4, without the dot at the end. */
const MAX_NAME = 253;

/** RFC 1035, section 2.3.1; and underscores, which no rule allows and many hosts have. */
const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

/** What a client may be called: nothing that a shell, a path or a pattern of subjects would read. */
const CLIENT = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/**
 * Parses a name that a server's certificate is to be for: a DNS name, perhaps with a wildcard for
 * its first label, or an IP address. What looks like an address and is none is refused.
 *
 * @param text the name or address
 * @returns the same as it goes into the certificate: an address in its plain form
 * @throws {SyntaxError} if it is neither
 */
export function parseHostName(text: string): string {
  const fault = (reason: string) =>
    new SyntaxError(`Cannot make a certificate for ${JSON.stringify(text)}: ${reason}`);
  if (text === "") throw fault("expected a DNS name or an IP address, got nothing");
  const address = parseAddress(text);
  if (address !== undefined) return formatAddress(address);
  if (text.includes(":") && !text.includes("/")) throw fault("not an IPv6 address");
  // deno-lint-ignore no-control-regex
  if (/[^\x00-\x7f]/.test(text)) {
    const ascii = domainToASCII(text);
    const known = ascii.split(".").every((label) => LABEL.test(label));
    throw fault(known ? `in DNS it is ${JSON.stringify(ascii)}` : "not a DNS name");
  }
  const labels = text.split(".");
  // The URL standard's rule: whatever ends in a number is an IPv4 address, or wrong.
  if (/^(?:\d+|0x[\da-f]*)$/i.test(labels.at(-1)!)) throw fault("not an IPv4 address");
  const [first, ...rest] = labels;
  if (text.includes("*") && (first !== "*" || rest.length < 2 || rest.join().includes("*"))) {
    throw fault(
      "a wildcard is the whole first label, before two more at least, as in *.example.com",
    );
  }
  if (text.length > MAX_NAME) throw fault(`a DNS name has at most ${MAX_NAME} characters`);
  if (!(first === "*" ? rest : labels).every((label) => LABEL.test(label))) {
    throw fault(
      "expected labels of 1 to 63 letters, digits and hyphens, no hyphen at either end, with dots " +
        "between them",
    );
  }
  return text.toLowerCase();
}

/**
 * Parses the name of a client, which becomes the common name of its certificate. It is such that the
 * subject can stand in a rule of `clients` as it is.
 *
 * @param text the name
 * @returns the same
 * @throws {SyntaxError} if it cannot be one
 */
export function parseClientName(text: string): string {
  if (CLIENT.test(text)) return text;
  throw new SyntaxError(
    `Cannot make a certificate for ${JSON.stringify(text)}: ` +
      "expected 1 to 64 letters, digits and . _ @ -, a letter or digit first",
  );
}

/**
 * Parses the name of an authority, which people read and programs compare.
 *
 * @param text the name
 * @returns the same
 * @throws {SyntaxError} if it cannot be one
 */
export function parseAuthorityName(text: string): string {
  // X.520's bound of a common name.
  if (text.trim() === text && /^[^\p{C}]{1,64}$/u.test(text)) return text;
  throw new SyntaxError(
    `Cannot name an authority ${JSON.stringify(text)}: ` +
      "expected 1 to 64 characters, no blank at either end",
  );
}

/**
 * Tells whether a certificate's names include the one that a client asks for (RFC 6125): an address
 * by its bytes, a DNS name without regard to case, a wildcard for one label.
 *
 * @param names the names in the certificate
 * @param wanted the name or address
 * @returns true if it is among them
 */
export function coversName(names: readonly string[], wanted: string): boolean {
  const address = parseAddress(wanted);
  const plain = address === undefined ? wanted.toLowerCase() : formatAddress(address);
  const wild = address === undefined ? plain.replace(/^[^.]+(?=\.)/, "*") : plain;
  return names.some((name) => {
    const own = parseAddress(name);
    const text = own === undefined ? name.toLowerCase() : formatAddress(own);
    return text === plain || text === wild;
  });
}

/**
 * Writes an address in a plain form that every program reads alike.
 *
 * @param address the address
 * @returns four numbers, or eight groups
 */
export function formatAddress({ family, bytes }: IpAddress): string {
  if (family === 4) return bytes.join(".");
  const { buffer, byteOffset } = bytes;
  const view = new DataView(buffer, byteOffset);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2).toString(16));
  return groups.join(":").replace(/(?:^|:)0(?::0)+(?:$|:)/, "::");
}
