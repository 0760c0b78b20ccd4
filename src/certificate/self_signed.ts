import { type CertificatePair, makeCertificate } from "./make_certificate.ts";

/** Contents of a self-signed certificate. */
export interface SelfSignedOptions {
  /** Names and addresses of the host, the main name first; at least one. */
  names: readonly string[];
  /** Lifetime in days; default: ten years, since it is not renewed automatically. */
  days?: number;
}

/** A server certificate and its key, in PEM. */
export type SelfSigned = CertificatePair;

const DAY = 86_400_000;

const DEFAULT_DAYS = 3_650;

/** X.520 limits a common name to 64 characters. */
const MAX_COMMON_NAME = 64;

/**
 * Creates a self-signed server certificate. Needs no permission. Loads the X.509 library when it is
 * called.
 *
 * @param options names and lifetime
 * @returns certificate and key
 * @throws {RangeError} if names are missing, a name is not ASCII, or the lifetime is out of range
 */
export async function createSelfSigned(options: SelfSignedOptions): Promise<SelfSigned> {
  const { names, days = DEFAULT_DAYS } = options;
  const [commonName] = names;
  if (commonName === undefined) throw new RangeError("Cannot create a certificate without a name");
  const odd = names.find((name) => !/^[\x21-\x7e]+$/.test(name));
  if (odd !== undefined) {
    throw new RangeError(`Cannot create a certificate for ${JSON.stringify(odd)}: expected ASCII`);
  }
  if (!(days > 0 && days <= 36_500)) {
    throw new RangeError(`Cannot create a certificate for ${days} days: expected 1 to 36500`);
  }
  return await makeCertificate({
    purpose: "server",
    commonName: commonName.slice(0, MAX_COMMON_NAME),
    names,
    // One day ago, for peers whose clocks are slow.
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + days * DAY),
  });
}
