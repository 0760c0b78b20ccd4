import { domainToASCII } from "node:url";
import { type IpAddress, parseAddress } from "../net/address.ts";

/** RFC 1035, section 2.3.4, without the final dot. */
const MAX_NAME = 253;

/** RFC 1035, section 2.3.1. Underscores are also accepted, because many host names contain them. */
const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

/** Names of clients: no characters that are special in a shell, a path or a subject pattern. */
const CLIENT = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/**
 * Parses a name for a server certificate: an IP address, or a DNS name whose first label may be a
 * wildcard. Text that looks like an invalid address is refused.
 *
 * @param text the name or address
 * @returns the name as it is written to the certificate: an address in its plain form
 * @throws {SyntaxError} if the text is neither
 */
export function parseHostName(text: string): string {
  const invalid = (reason: string) =>
    new SyntaxError(`Cannot create a certificate for ${JSON.stringify(text)}: ${reason}`);
  if (text === "") throw invalid("expected a DNS name or an IP address");
  const address = parseAddress(text);
  if (address !== undefined) return formatAddress(address);
  if (text.includes(":") && !text.includes("/")) throw invalid("not an IPv6 address");
  // deno-lint-ignore no-control-regex
  if (/[^\x00-\x7f]/.test(text)) {
    const ascii = domainToASCII(text);
    const known = ascii.split(".").every((label) => LABEL.test(label));
    throw invalid(known ? `use its DNS form ${JSON.stringify(ascii)}` : "not a DNS name");
  }
  const labels = text.split(".");
  // As in the URL standard: text that ends with a number must be a valid IPv4 address.
  if (/^(?:\d+|0x[\da-f]*)$/i.test(labels.at(-1)!)) throw invalid("not an IPv4 address");
  const [first, ...rest] = labels;
  if (text.includes("*") && (first !== "*" || rest.length < 2 || rest.join().includes("*"))) {
    throw invalid(
      'a wildcard must be the whole first label, before at least two others: "*.example.com"',
    );
  }
  if (text.length > MAX_NAME) throw invalid(`a DNS name has at most ${MAX_NAME} characters`);
  if (!(first === "*" ? rest : labels).every((label) => LABEL.test(label))) {
    throw invalid(
      "expected labels separated by dots; a label is 1 to 63 letters, digits and hyphens, without " +
        "a hyphen at either end",
    );
  }
  return text.toLowerCase();
}

/**
 * Checks the name of a client, which becomes the common name of its certificate. A valid name can be
 * used in a rule of `clients` without escapes.
 *
 * @param text the name
 * @returns the unchanged name
 * @throws {SyntaxError} if the name is invalid
 */
export function parseClientName(text: string): string {
  if (CLIENT.test(text)) return text;
  throw new SyntaxError(
    `Cannot create a certificate for ${JSON.stringify(text)}: ` +
      "expected 1 to 64 letters, digits and . _ @ -, starting with a letter or digit",
  );
}

/**
 * Checks the name of a CA.
 *
 * @param text the name
 * @returns the unchanged name
 * @throws {SyntaxError} if the name is invalid
 */
export function parseAuthorityName(text: string): string {
  // X.520 limits a common name to 64 characters.
  if (text.trim() === text && /^[^\p{C}]{1,64}$/u.test(text)) return text;
  throw new SyntaxError(
    `Cannot create a CA named ${JSON.stringify(text)}: ` +
      "expected 1 to 64 characters, without blanks at either end",
  );
}

/**
 * Returns whether the names of a certificate include a wanted name (RFC 6125). Addresses are compared
 * by their bytes, DNS names without regard to case. A wildcard matches one label.
 *
 * @param names the names in the certificate
 * @param wanted the name or address that a client connects to
 * @returns true if one of the names matches
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
 * Formats an address in a plain form that all programs understand.
 *
 * @param address the address
 * @returns four numbers, or eight groups of which zeros may be abbreviated to `::`
 */
export function formatAddress({ family, bytes }: IpAddress): string {
  if (family === 4) return bytes.join(".");
  const { buffer, byteOffset } = bytes;
  const view = new DataView(buffer, byteOffset);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2).toString(16));
  return groups.join(":").replace(/(?:^|:)0(?::0)+(?:$|:)/, "::");
}
