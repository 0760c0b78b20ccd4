import type { DescribedAgent, HostSettings } from "../agent/manifest.ts";
import type { Answer } from "../check/answer.ts";

/** What the host tells a sandbox. */
export type ToSandbox =
  | { type: "describe"; host: HostSettings }
  | { type: "run"; id: number; command: string; args: readonly string[]; context: RunContext }
  | { type: "abort"; id: number };

/** The part of a check's context that is data. */
export interface RunContext {
  hostname: string;
  procfs: string;
  /** The host's option values, which win over what the check is bound to. */
  values?: Readonly<Record<string, unknown>>;
}

/** What the host says of a realm before anything runs in it. */
export interface RealmFacts {
  /** The files and folders that may be read or written there. */
  files: readonly string[];
  /** The mark of whatever is started there, see host/mark.ts. */
  mark: string;
}

/** What a sandbox tells the host. User code lives beside the sender: the host believes no shape. */
export type FromSandbox =
  | { type: "ready" }
  | { type: "unfit"; reason: string }
  | { type: "described"; agent: DescribedAgent }
  | { type: "done"; id: number } & Answer
  | { type: "aborted" }
  | { type: "log"; command: string; message: string };
