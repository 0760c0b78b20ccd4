import type { CheckResult, ConnectError } from "../src/mod.ts";
import { printable } from "./_printable.ts";

/**
 * Formats a failed TLS handshake like the network plugins.
 *
 * @param error the reason why connecting failed
 * @returns the result; undefined for any other error
 */
export function presentTlsFailure({ fault, reason }: ConnectError): CheckResult | undefined {
  if (fault !== "handshake" && fault !== "reset" && fault !== "untrusted") return undefined;
  const output = "CRITICAL - Cannot make SSL connection.";
  return { state: "CRITICAL", output, longOutput: printable(reason) };
}
