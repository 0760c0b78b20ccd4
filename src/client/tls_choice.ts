import { quoteText } from "../nagios/text.ts";
import { parseCipherList } from "./cipher_list.ts";

/** A version of TLS that is spoken here. */
export type TlsVersion = "1.2" | "1.3";

/** The versions that each value of `check_nrpe -S` allows; none where rustls speaks none of them. */
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

/** What the options `-S`, `-L` and `-d` leave to negotiate. */
export interface TlsChoice {
  /** The oldest version allowed. */
  readonly minVersion: TlsVersion;
  /** The newest version allowed. */
  readonly maxVersion: TlsVersion;
  /** OpenSSL names of the suites allowed in TLS 1.2; all there are, if left out. */
  readonly ciphers?: readonly string[];
}

/**
 * Tells what of `check_nrpe`'s wishes for TLS can be kept: rustls speaks TLS 1.2 and 1.3, with
 * certificates and forward secrecy only.
 *
 * @param version value of `-S`, such as `TLSv1.2+`
 * @param cipherList value of `-L`, an OpenSSL cipher list
 * @param anonymous value of `-d`: 0 never, 1 if it comes to it, 2 always anonymous Diffie-Hellman
 * @returns what to negotiate
 * @throws {SyntaxError} if a value is none that `check_nrpe` takes
 * @throws {RangeError} if nothing of what is asked for exists here
 */
export function chooseTls(
  version: string = "TLSv1+",
  cipherList?: string,
  anonymous: string = "1",
): TlsChoice {
  if (!Object.hasOwn(VERSIONS, version)) {
    const names = Object.keys(VERSIONS).filter((name) => !name.endsWith("+")).join(", ");
    throw new SyntaxError(
      `Cannot use ${quoteText(version)} for -S: expected ${names}, each with or without "+"`,
    );
  }
  if (!/^[012]$/.test(anonymous)) {
    throw new SyntaxError(`Cannot use ${quoteText(anonymous)} for -d: expected 0, 1 or 2`);
  }
  if (anonymous === "2") {
    throw new RangeError(
      "Cannot use -d 2: anonymous Diffie-Hellman cannot tell the server from anyone in between, " +
        "and this client speaks TLS with certificates only",
    );
  }
  const versions = VERSIONS[version]!;
  if (versions.length === 0) {
    throw new RangeError(
      `Cannot use -S ${version}: it is obsolete (RFC 8996), this client speaks TLS 1.2 and 1.3`,
    );
  }
  const choice = { minVersion: versions[0]!, maxVersion: versions.at(-1)! };
  if (cipherList === undefined) return choice;
  const ciphers = parseCipherList(cipherList);
  if (ciphers.length === 0) {
    throw new RangeError(
      `Cannot use -L ${quoteText(cipherList)}: expected a list that allows an ECDHE suite with ` +
        "AES-GCM or ChaCha20-Poly1305, this client speaks no other",
    );
  }
  return { ...choice, ciphers };
}
