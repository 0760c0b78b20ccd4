import { type CertificatePair, makeCertificate } from "./make_certificate.ts";

/** What a certificate of one's own is to say. */
export interface SelfSignedOptions {
  /** Names and addresses of the host, the one it is known by first; at least one. */
  names: readonly string[];
  /** How long it holds, in days; ten years if left out, since nobody renews it. */
  days?: number;
}

/** A certificate for a server and its key, in PEM. */
export type SelfSigned = CertificatePair;

const DAY = 86_400_000;

const DEFAULT_DAYS = 3_650;

/** X.520's bound of a common name. */
const MAX_COMMON_NAME = 64;

/**
 * Makes a certificate for a server, signed by its own key. Needs no permission. The library that
 * writes X.509 is loaded only now.
 *
 * @param options names and lifetime
 * @returns certificate and key
 * @throws {RangeError} if there is no name, one that is not ASCII, or the lifetime is not a positive number of days
 */
export async function createSelfSigned(options: SelfSignedOptions): Promise<SelfSigned> {
  const { names, days = DEFAULT_DAYS } = options;
  const [commonName] = names;
  if (commonName === undefined) throw new RangeError("Cannot make a certificate without a name");
  const odd = names.find((name) => !/^[\x21-\x7e]+$/.test(name));
  if (odd !== undefined) {
    throw new RangeError(`Cannot make a certificate for ${JSON.stringify(odd)}: expected ASCII`);
  }
  if (!(days > 0 && days <= 36_500)) {
    throw new RangeError(`Cannot make a certificate for ${days} days: expected 1 to 36500`);
  }
  return await makeCertificate({
    purpose: "server",
    commonName: commonName.slice(0, MAX_COMMON_NAME),
    names,
    // A day of the past, for peers whose clocks are behind.
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + days * DAY),
  });
}
