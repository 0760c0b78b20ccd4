import type { FromSandbox, ToSandbox } from "./messages.ts";

/** What a sandbox's host hears. Nothing of it is to be believed: user code lives at the other end. */
export interface ChannelEvents {
  /** A message. */
  message(message: FromSandbox): void;
  /** The other end is no more, for this reason. */
  broken(reason: string): void;
}

/** The way to the realm in which user code runs: a worker, or a process. */
export interface Channel {
  /** Sends a message. */
  post(message: ToSandbox): void;
  /** Ends the realm as far as that can be done. */
  terminate(): void;
}

/** The code that runs in a sandbox: two modules without imports of their own. */
export interface SandboxCode {
  /** The agent's bundle. */
  agent: string;
  /** The bundle of `sandbox_main.ts`. */
  runtime: string;
}
