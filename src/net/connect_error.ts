/**
 * Why there is no connection:
 *
 * - `"ca"`, `"certificate"`, `"key"`: what is to be used of one's own cannot be used; nothing was
 *   sent;
 * - `"resolve"`: the name has no address;
 * - `"bind"`: the local address cannot be used;
 * - `"refused"`: nothing listens there;
 * - `"unreachable"`: no way there, or anything else that the network says;
 * - `"reset"`: the peer broke off during the TLS handshake;
 * - `"handshake"`: no TLS was agreed upon;
 * - `"untrusted"`: the peer's certificate is not what was asked for.
 */
export type ConnectFault =
  | "ca"
  | "certificate"
  | "key"
  | "resolve"
  | "bind"
  | "refused"
  | "unreachable"
  | "reset"
  | "handshake"
  | "untrusted";

/** One address that was tried in vain. */
export interface ConnectAttempt {
  /** The address, or the name where the runtime did not say. */
  readonly address: string;
  /** What came of it, in the words of the system: `Connection refused`. */
  readonly reason: string;
}

/**
 * A connection could not be made. A deadline is not among the reasons: who sets one gets back the
 * reason of the signal.
 *
 * @example
 * ```ts
 * import { ConnectError, sendQuery } from "@checkwright/checkwright/client";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   await sendQuery({ host: "127.0.0.1", port: 1, command: "check_load" });
 * } catch (error) {
 *   assert(error instanceof ConnectError);
 *   assertEquals(error.fault, "refused");
 *   assertEquals(error.attempts, [{ address: "127.0.0.1", reason: "Connection refused" }]);
 * }
 * ```
 */
export class ConnectError extends Error {
  /** `"ConnectError"` */
  override readonly name: string = "ConnectError";

  /** What happened, for code that must tell one case from another. */
  readonly fault: ConnectFault;

  /** The same in words, without host and port. */
  readonly reason: string;

  /** The addresses tried, in order; empty where it did not come to that. */
  readonly attempts: readonly ConnectAttempt[];

  /**
   * Says why there is no connection.
   *
   * @param fault what happened
   * @param message the sentence for people
   * @param reason the same without host and port
   * @param attempts the addresses tried
   */
  constructor(
    fault: ConnectFault,
    message: string,
    reason: string,
    attempts: readonly ConnectAttempt[] = [],
  ) {
    super(message);
    this.fault = fault;
    this.reason = reason;
    this.attempts = attempts;
  }
}
