import type { CheckResult, ConnectError } from "../src/mod.ts";
import { printable } from "./_printable.ts";

/**
 * Presents a failed TLS handshake as the network plugins do.
 *
 * @param error Why there is no connection
 * @returns The result; undefined if it was not the handshake that failed
 */
export function presentTlsFailure({ fault, reason }: ConnectError): CheckResult | undefined {
  if (fault !== "handshake" && fault !== "reset" && fault !== "untrusted") return undefined;
  const output = "CRITICAL - Cannot make SSL connection.";
  return { state: "CRITICAL", output, longOutput: printable(reason) };
}
