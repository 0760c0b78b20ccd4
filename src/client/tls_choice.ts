import { quoteText } from "../nagios/text.ts";
import { parseCipherList } from "./cipher_list.ts";

/** A supported version of TLS. */
export type TlsVersion = "1.2" | "1.3";

/** The supported versions for each value of `check_nrpe -S`; empty if rustls supports none. */
const VERSIONS: Readonly<Record<string, readonly TlsVersion[]>> = {
  "SSLv2": [],
  "SSLv2+": ["1.2", "1.3"],
  "SSLv3": [],
  "SSLv3+": ["1.2", "1.3"],
  "TLSv1": [],
  "TLSv1+": ["1.2", "1.3"],
  "TLSv1.1": [],
  "TLSv1.1+": ["1.2", "1.3"],
  "TLSv1.2": ["1.2"],
  "TLSv1.2+": ["1.2", "1.3"],
  "TLSv1.3": ["1.3"],
  "TLSv1.3+": ["1.3"],
};

/** The versions and suites that the options `-S`, `-L` and `-d` allow. */
export interface TlsChoice {
  /** The oldest allowed version. */
  readonly minVersion: TlsVersion;
  /** The newest allowed version. */
  readonly maxVersion: TlsVersion;
  /** OpenSSL names of the allowed suites of TLS 1.2; default: all supported suites. */
  readonly ciphers?: readonly string[];
}

/**
 * Converts the TLS options of `check_nrpe`. rustls supports TLS 1.2 and 1.3, only with certificates
 * and forward secrecy.
 *
 * @param version value of `-S`, such as `TLSv1.2+`
 * @param cipherList value of `-L`, an OpenSSL cipher list
 * @param anonymous value of `-d`, about anonymous Diffie-Hellman: 0 never, 1 allowed, 2 always
 * @returns the allowed versions and suites
 * @throws {SyntaxError} if `check_nrpe` does not accept a value
 * @throws {RangeError} if none of the requested versions or suites is supported here
 */
export function chooseTls(
  version: string = "TLSv1+",
  cipherList?: string,
  anonymous: string = "1",
): TlsChoice {
  if (!Object.hasOwn(VERSIONS, version)) {
    const names = Object.keys(VERSIONS).filter((name) => !name.endsWith("+")).join(", ");
    throw new SyntaxError(
      `-S: Invalid value ${quoteText(version)}: expected ${names}, each with or without "+"`,
    );
  }
  if (!/^[012]$/.test(anonymous)) {
    throw new SyntaxError(`-d: Invalid value ${quoteText(anonymous)}: expected 0, 1 or 2`);
  }
  if (anonymous === "2") {
    throw new RangeError(
      "Cannot use -d 2: anonymous Diffie-Hellman does not protect against a man in the middle, " +
        "and this client supports only TLS with certificates",
    );
  }
  const versions = VERSIONS[version]!;
  if (versions.length === 0) {
    throw new RangeError(
      `Cannot use -S ${version}: it is obsolete (RFC 8996), this client supports TLS 1.2 and 1.3`,
    );
  }
  const choice = { minVersion: versions[0]!, maxVersion: versions.at(-1)! };
  if (cipherList === undefined) return choice;
  const ciphers = parseCipherList(cipherList);
  if (ciphers.length === 0) {
    throw new RangeError(
      `Cannot use -L ${quoteText(cipherList)}: expected a list that allows an ECDHE suite with ` +
        "AES-GCM or ChaCha20-Poly1305, the only suites of this client",
    );
  }
  return { ...choice, ciphers };
}
