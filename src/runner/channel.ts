import type { FromSandbox, ToSandbox } from "./messages.ts";

/** Events that a sandbox's host receives. They are not trusted: user code runs at the other end. */
export interface ChannelEvents {
  /** Called with each message from the realm. */
  message(message: FromSandbox): void;
  /** Called with the reason when the connection to the realm is broken. */
  broken(reason: string): void;
}

/** The connection to the realm (worker or process) in which user code runs. */
export interface Channel {
  /** Sends a message. */
  post(message: ToSandbox): void;
  /** Ends the realm as far as possible. */
  terminate(): void;
  /** Whether the realm is a thread of this process, which cannot always be ended. */
  hasThread?: boolean;
}

/** The modules that a sandbox evaluates. They contain no imports. */
export interface Modules {
  /** The agent's bundle. */
  agent: string;
  /** The bundle of `sandbox_main.ts`. */
  runtime: string;
}

/** The modules and the import map that sandboxes are started with. */
export interface SandboxCode extends Modules {
  /** The path of the import map of process sandboxes, see `processImports()`. */
  imports: string;
}
