import type { OptionSpec } from "../check/option.ts";
import type { Permissions } from "../check/declared_permissions.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Settings } from "./settings.ts";

/** How a command is run, checked and complete. Spans are in seconds. */
export interface RunSettings {
  timeout: number;
  acceptArguments: boolean;
  isolation: "worker" | "process";
  maxConcurrent?: number;
  cache?: number;
  /** Omit the command if a program that it starts is missing. */
  optional?: boolean;
}

/** What a plugin is told beside its words. */
export interface ExecSettings {
  env: Record<string, string>;
  cwd: string;
  user?: string;
  sha256?: string;
  split: boolean;
  /** The ids of `user`, once the host was asked. */
  uid?: number;
  gid?: number;
}

/** A command that is TypeScript, as data. */
export interface ManifestCheck extends RunSettings {
  kind: "check";
  description: string;
  /** In the order of positional arguments. */
  options: Record<string, OptionSpec>;
  /** As bound, the host's among them. */
  values: Record<string, unknown>;
  /** Those of the host: the agent's own code knows the others only. */
  hostValues?: Record<string, unknown>;
  permissions: Permissions;
  /** Whether other commands run in its sandbox. */
  sandbox: "shared" | "own";
  /** It is the daemon's own, and not of the agent. */
  builtIn?: boolean;
}

/** How many commands are the agent's own. */
export function countCommands({ commands }: Manifest): number {
  return Object.values(commands).filter((command) => !isBuiltIn(command)).length;
}

/** Whether a command is the daemon's own. */
export function isBuiltIn(command: ManifestCommand): boolean {
  return command.kind === "check" && command.builtIn === true;
}

/** A command that is an executable. */
export interface ManifestPlugin extends RunSettings, ExecSettings {
  kind: "plugin";
  argv: string[];
}

/** A command that is a line for `/bin/sh`. */
export interface ManifestShell extends RunSettings, ExecSettings {
  kind: "shell";
  line: string;
}

/** Any command, as data. */
export type ManifestCommand = ManifestCheck | ManifestPlugin | ManifestShell;

/** An agent as plain data: what the daemon runs from. */
export interface Manifest {
  /** Everything but the commands. */
  settings: Settings;
  /** The commands by name. */
  commands: Record<string, ManifestCommand>;
  /** Commands of the agent that the host's settings leave out. */
  disabled?: string[];
  /** Optional commands that this host cannot run, with the reasons. */
  omitted?: Record<string, string>;
}

/** A manifest with everything that was found wrong on the way; faulty commands are left out. */
export interface DescribedAgent {
  manifest: Manifest;
  diagnostics: Diagnostic[];
  /** The places where the agent itself says something: `timeout`, `commands.check_root.cache`. */
  said?: string[];
}

/** Settings from outside the agent: the same names, not checked. */
export type HostSettings = Readonly<Record<string, unknown>>;
