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

/** The modules that a sandbox evaluates. They have no imports of their own. */
export interface Modules {
  /** The agent's bundle. */
  agent: string;
  /** The bundle of `sandbox_main.ts`. */
  runtime: string;
}

/** What sandboxes are started with. */
export interface SandboxCode extends Modules {
  /** The path of the import map of process sandboxes, see `processImports()`. */
  imports: string;
}
