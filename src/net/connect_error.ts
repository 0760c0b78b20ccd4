/**
 * Kind of a connection error:
 *
 * - `"ca"`, `"certificate"`, `"key"`: the given CA, client certificate or key is invalid; nothing
 *   was sent;
 * - `"resolve"`: the name has no address;
 * - `"bind"`: the local address cannot be used;
 * - `"refused"`: nothing listens on this port;
 * - `"unreachable"`: the host cannot be reached, or another network error occurred;
 * - `"reset"`: the peer reset the connection during the TLS handshake;
 * - `"handshake"`: the TLS handshake failed;
 * - `"untrusted"`: the certificate of the peer is not trusted.
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

/** One failed attempt to connect to an address. */
export interface ConnectAttempt {
  /** The address; the host name if the runtime does not report the address. */
  readonly address: string;
  /** The error text of the system: `Connection refused`. */
  readonly reason: string;
}

/**
 * Error of a connection that could not be opened. A timeout is not reported with this error: if the
 * signal aborts, the promise rejects with the reason of the signal.
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
 *   assertEquals(error.reason, "Connection refused");
 *   assertEquals(error.attempts, [{ address: "127.0.0.1", reason: "Connection refused" }]);
 * }
 * ```
 */
export class ConnectError extends Error {
  /** `"ConnectError"` */
  override readonly name: string = "ConnectError";

  /** The kind of the error, for code. */
  readonly fault: ConnectFault;

  /** The reason as text, without host and port. */
  readonly reason: string;

  /** The addresses that were tried, in order; empty if the error occurred before. */
  readonly attempts: readonly ConnectAttempt[];

  /**
   * Creates the error.
   *
   * @param kind the kind of the error
   * @param message the message for people
   * @param reason the reason without host and port
   * @param attempts the addresses that were tried
   */
  constructor(
    kind: ConnectFault,
    message: string,
    reason: string,
    attempts: readonly ConnectAttempt[] = [],
  ) {
    super(message);
    this.fault = kind;
    this.reason = reason;
    this.attempts = attempts;
  }
}
