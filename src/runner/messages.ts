import type { DescribedAgent, HostSettings } from "../agent/manifest.ts";
import type { Answer } from "../check/answer.ts";
import type { NewState } from "./state_store.ts";

/** Messages from the host to a sandbox. */
export type ToSandbox =
  | { type: "describe"; host: HostSettings }
  | {
    type: "run";
    id: number;
    command: string;
    args: readonly string[];
    context: RunContext;
    /** Whether a state of the command may be stored. If so, the sandbox asks for it. */
    stored: boolean;
  }
  | { type: "state"; id: number; json: string | null }
  | { type: "abort"; id: number }
  | { type: "prove" };

/** The part of a check's context that is data. */
export interface RunContext {
  hostname: string;
  procfs: string;
  /** The host's option values, which override the values of the command. */
  values?: Readonly<Record<string, unknown>>;
  /** Whether undeclared variables in `process.env` are named, even if the result is OK. */
  namesVariables?: boolean;
}

/** Data about a realm, which the host sends before any code runs in it. */
export interface RealmFacts {
  /** The files and folders that the realm may read or write. */
  files: readonly string[];
  /** The environment variables that the realm may read. */
  env: readonly string[];
  /** The mark of the processes that the realm starts, see host/mark.ts. */
  mark: string;
}

/** Messages from a sandbox to the host. The host does not trust them: user code may forge them. */
export type FromSandbox =
  | { type: "ready" }
  | { type: "unfit"; reason: string }
  | { type: "described"; agent: DescribedAgent }
  | { type: "state"; id: number; options: string }
  | { type: "done"; id: number; newState?: NewState } & Answer
  | { type: "aborted" }
  | { type: "free" }
  | { type: "log"; command: string; message: string };
