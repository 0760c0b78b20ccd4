/** Why a connection could not be opened. */
export type ConnectFault = "unresolved" | "refused" | "unreachable" | "tls";

/** A connection that could not be opened; the message is the C library's text for the reason. */
export class ConnectError extends Error {
  /**
   * @param fault Which step failed
   * @param message For example `Connection refused`
   */
  constructor(readonly fault: ConnectFault, message: string) {
    super(message);
    this.name = "ConnectError";
  }
}

/** The texts that `strerror()` and `gai_strerror()` have, which plugins print. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  ETIMEDOUT: "Connection timed out",
  ENOTFOUND: "Name or service not known",
  EAI_AGAIN: "Temporary failure in name resolution",
};

const LOOKUP_FAILED = "failed to lookup address information: ";

/**
 * Says in one form what Deno.connect and node:tls say in two.
 *
 * @param error What connecting threw
 * @param address `host:port`, for a refused permission
 * @returns The same reason as an error to throw; what is no failure to connect as it was
 */
export function describeConnectError(error: unknown, address: string): unknown {
  if (!(error instanceof Error) || error.name === "AbortError" || error.name === "NotCapable") {
    return error;
  }
  const { code = "" } = error as { code?: string };
  // node:dns hides a refused permission behind the code of the system call that it never made.
  if (code === "EPERM") return new Deno.errors.NotCapable(`Requires net access to "${address}",`);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new ConnectError("unresolved", REASONS[code]!);
  }
  if (error.message.startsWith(LOOKUP_FAILED)) {
    return new ConnectError("unresolved", error.message.slice(LOOKUP_FAILED.length));
  }
  const reason = REASONS[code] ?? error.message.replace(/ \(os error \d+\)$/, "");
  return new ConnectError(code === "ECONNREFUSED" ? "refused" : "unreachable", reason);
}
