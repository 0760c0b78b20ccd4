import type { OptionSpec } from "../check/option.ts";
import type { Permissions } from "../check/declared_permissions.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { RefusedArgument } from "./refused_arguments.ts";
import type { Settings } from "./settings.ts";

/** Settings of any command, checked and complete. Durations are in seconds. */
export interface RunSettings {
  timeout: number;
  acceptArguments: boolean;
  isolation: "worker" | "process";
  maxConcurrent?: number;
  cache?: number;
  /** Omit the command if a program that it starts is missing. */
  optional?: boolean;
}

/** Settings of a plugin or a shell line, in addition to the settings of any command. */
export interface ExecSettings {
  env: Record<string, string>;
  cwd: string;
  user?: string;
  group?: string;
  sha256?: string;
  split: boolean;
}

/** The user that runs a plugin on this host. */
export interface ExecIdentity {
  /** The ids; omitted if they are those of the daemon. */
  uid?: number;
  gid?: number;
  /** Whether `setpriv` starts the plugin, because only it can add the other groups of the user. */
  allGroups?: true;
  /** The entry of the user in the list of users, for the environment. */
  account?: { name: string; home: string; shell: string };
}

/** A check or a function, as data. */
export interface ManifestCheck extends RunSettings {
  kind: "check";
  description: string;
  /** The options, in the order of positional arguments. */
  options: Record<string, OptionSpec>;
  /** All option values of the agent. Option values of the host override them. */
  values: Record<string, unknown>;
  /** Only the option values that the host sets: the code of the agent does not contain these. */
  hostValues?: Record<string, unknown>;
  permissions: Permissions;
  /** Options that arguments can set to values which need further permissions: these are refused. */
  refused?: Record<string, RefusedArgument>;
  /** Whether other commands may run in its sandbox. */
  sandbox: "shared" | "own";
  /** Whether the command belongs to the daemon, not to the agent. */
  builtIn?: boolean;
}

/** Returns the number of commands that belong to the agent. */
export function countCommands({ commands }: Manifest): number {
  return Object.values(commands).filter((command) => !isBuiltIn(command)).length;
}

/** Returns whether a command belongs to the daemon. */
export function isBuiltIn(command: ManifestCommand): boolean {
  return command.kind === "check" && command.builtIn === true;
}

/** A plugin, as data. */
export interface ManifestPlugin extends RunSettings, ExecSettings, ExecIdentity {
  kind: "plugin";
  argv: string[];
  /** The indexes of words in `argv` that are never split. */
  unsplit?: number[];
  /** The program that starts the plugin, and its arguments before the path of the plugin. */
  prefix?: string[];
}

/** A line for `/bin/sh`, as data. */
export interface ManifestShell extends RunSettings, ExecSettings, ExecIdentity {
  kind: "shell";
  line: string;
}

/** Any command, as data. */
export type ManifestCommand = ManifestCheck | ManifestPlugin | ManifestShell;

/** An agent as plain data, which the daemon serves. */
export interface Manifest {
  /** The version of the agent, see `agent_version.ts`. */
  version?: string;
  /** Everything except the commands. */
  settings: Settings;
  /** The commands by name. */
  commands: Record<string, ManifestCommand>;
  /** Commands of the agent that the host's settings disable. */
  disabled?: string[];
  /** Optional commands that this host cannot run, with the reasons. */
  omitted?: Record<string, string>;
}

/** A manifest with its diagnostics; it does not contain invalid commands. */
export interface DescribedAgent {
  manifest: Manifest;
  diagnostics: Diagnostic[];
  /** The places that the agent itself sets: `timeout`, `commands.check_root.cache`. */
  said?: string[];
}

/** Settings from outside the agent, with the same names, not checked. */
export type HostSettings = Readonly<Record<string, unknown>>;
