import {
  type CheckResult,
  type ConnectError,
  type Option,
  option,
  type ServiceTls,
} from "../src/mod.ts";
import { printable } from "./_printable.ts";

/** The bundle with the certificate authorities of Debian, Ubuntu and Alpine. */
const SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

/** The definitions of the options that decide how certificates are verified. */
export type VerifyOptions = {
  /** Whether to verify the certificate and its name. */
  readonly verifyCert: Option<boolean, boolean, "default">;
  /** The file with the trusted certificates. */
  readonly caCert: Option<string, string, "default">;
};

/**
 * Defines the options that decide how certificates are verified.
 *
 * @param days the option that checks the expiry, for the help
 * @param short the letter of the option that verifies, if it has one
 * @returns the options
 */
export function verifyOptions(days: string, short?: string): VerifyOptions {
  return {
    verifyCert: option.flag({
      ...(short !== undefined && { short }),
      description:
        `Use TLS and verify the certificate, its chain and its name; with ${days}, the ` +
        "certificates of the chain must not expire, either",
    }),
    caCert: option.text({
      description: `File with the trusted certificates for ${
        short === undefined ? "--verify-cert" : `-${short}`
      }, in PEM format`,
      default: SYSTEM_AUTHORITIES,
      pattern: /\/.*/,
      expected: "an absolute path",
    }),
  };
}

/** Values of the options that decide how certificates are verified. */
export interface VerifyValues {
  /** Whether to verify the certificate and its name. */
  verifyCert: boolean;
  /** The file with the trusted certificates. */
  caCert: string;
}

/**
 * Reads the trusted certificates.
 *
 * @param values the options
 * @returns the TLS settings that verify a certificate, or accept any certificate
 * @throws {Error} if the file is missing
 */
export async function readVerification(
  { verifyCert, caCert }: VerifyValues,
): Promise<Pick<ServiceTls, "verify" | "ca">> {
  if (!verifyCert) return { verify: false };
  try {
    return { verify: true, ca: await Deno.readTextFile(caCert) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Missing certificate authorities ${caCert}: set caCert to their file`);
  }
}

/**
 * Formats a failed TLS handshake like the network plugins.
 *
 * @param error the reason why connecting failed
 * @returns the result; undefined for any other error
 */
export function presentTlsFailure({ fault, reason }: ConnectError): CheckResult | undefined {
  if (fault === "ca") {
    return {
      state: "UNKNOWN",
      output: `UNKNOWN - Cannot verify certificates: ${printable(reason)}`,
    };
  }
  if (fault !== "handshake" && fault !== "reset" && fault !== "untrusted") return undefined;
  const output = "CRITICAL - Cannot make SSL connection.";
  return { state: "CRITICAL", output, longOutput: printable(reason) };
}
