import type { CheckCommand, CommandSettings } from "../check/define_check.ts";
import type { BareFunction } from "../check/execute.ts";
import type { ClientRule, Limits, TlsSettings, V2Settings } from "./agent_settings.ts";

/** Settings of a plugin or a shell line, in addition to the settings of any command. */
export interface PluginSettings extends CommandSettings {
  /** Environment variables, added to the minimal environment of every plugin. */
  env?: Readonly<Record<string, string>>;
  /** Working directory (default: `/`). */
  cwd?: string;
  /**
   * User that runs the command: a name or a number. The command gets all groups of the user. If it is
   * not the user of the daemon, the daemon must run as root.
   */
  user?: string | number;
  /** Primary group of the command, a name or a number (default: that of the user). */
  group?: string | number;
  /** SHA-256 of the executable. An executable with another digest is not started. */
  sha256?: string;
  /** Whether a word that is exactly `$ARGn$` is split into words (default: true). */
  split?: boolean;
}

/** A word of a plugin that is never split into several words, see {@linkcode plugin}. */
export interface PluginWord {
  /** The word; `$ARG1$` to `$ARG16$` are replaced. */
  readonly word: string;
}

/** An executable as a command. */
export interface PluginCommand {
  /** Kind of the command. */
  readonly kind: "plugin";
  /** The absolute path of the executable, and its arguments; `$ARG1$` to `$ARG16$` are replaced. */
  readonly argv: readonly string[];
  /** The indexes of words in `argv` that are never split, see `plugin.word()`. */
  readonly unsplit?: readonly number[];
  /** Settings of the command. */
  readonly settings: PluginSettings;
}

/** A line for `/bin/sh` as a command. */
export interface ShellCommand {
  /** Kind of the command. */
  readonly kind: "shell";
  /** The line; it receives arguments as positional parameters. */
  readonly line: string;
  /** Settings of the command. */
  readonly settings: PluginSettings;
}

/**
 * A command of an agent: a check (bound to option values or not), a plugin, a shell line or a
 * function.
 */
export type Command = CheckCommand | PluginCommand | ShellCommand | BareFunction;

/** The definition of an agent. Everything except `commands` is optional. */
export interface AgentInput {
  /**
   * The version of this agent, for example of the application in the same repository (default: the
   * output of `git describe` when the agent is compiled). `check_agent`, the log of a reload,
   * `checkwright --version` of the deployable and the Debian package contain it.
   */
  version?: string;
  /** The commands that engines may query, by name. */
  commands: Readonly<Record<string, Command>>;
  /** Addresses to listen on (default: `"127.0.0.1:5666"`); the default port is 5666. */
  listen?: string | readonly string[];
  /** TLS settings; false for plain text. */
  tls?: false | TlsSettings;
  /** Hosts that may connect: addresses, networks, names. Default: loopback only. */
  allowedHosts?: readonly string[];
  /** Commands that each client certificate may query. Default: all certificates, all commands. */
  clients?: readonly ClientRule[];
  /**
   * Whether commands accept arguments from the wire, unless they set it themselves (default:
   * false).
   */
  acceptArguments?: boolean;
  /** Timeout of every command without its own timeout (default: `"60s"`). */
  timeout?: string;
  /** Environment variables of every plugin and shell line; their own `env` overrides them. */
  env?: Readonly<Record<string, string>>;
  /**
   * The absolute path of a program that starts every plugin, and its arguments, such as
   * `["/usr/bin/sudo", "-n"]`. The path and arguments of the plugin follow. Shell lines have no
   * prefix.
   */
  pluginPrefix?: readonly string[];
  /**
   * Whether settings files may define shell lines (default: false). Each such file must belong to
   * root or to the daemon's user, and only its owner may have write permission.
   */
  hostShell?: boolean;
  /** Limits of the daemon. */
  limits?: Limits;
  /** Packets of version 2 of NRPE. */
  v2?: V2Settings;
  /** Path where /proc is bound for checks that declare `proc`. */
  procfs?: string;
  /**
   * Folder of the daemon's own files: its certificate, the list of quarantined commands and the
   * states of checks.
   */
  state?: string;
  /** Whether a refused query is answered with the reason, or silently dropped as NRPE does. */
  refusals?: "explain" | "silent";
  /** Format of the log, and the lowest level that is logged; default: `text` and `info`. */
  log?: "text" | "json" | {
    format?: "text" | "json";
    level?: "info" | "warning" | "error";
  };
}

/** The default export of an agent module, made by {@linkcode defineAgent}. */
export interface Agent extends AgentInput {
  /** Distinguishes an agent from any other value. */
  readonly kind: "agent";
}

/**
 * Defines an agent: the commands of a host and how they are served. This function does not check
 * the values: loading the agent reports all errors together.
 *
 * @param input the definition
 * @returns the agent, for the default export of the module
 *
 * @example
 * ```ts
 * import { defineAgent, ok } from "@checkwright/checkwright";
 *
 * export default defineAgent({
 *   allowedHosts: ["127.0.0.1", "10.0.0.0/8"],
 *   commands: { check_deploy: () => ok("release 42 is live") },
 * });
 * ```
 */
export function defineAgent(input: AgentInput): Agent {
  return { ...input, kind: "agent" };
}

/** Creates plugins and their words, see {@linkcode plugin}. */
export interface PluginMaker {
  /**
   * Creates a command that starts an executable without a shell.
   *
   * @param argv the absolute path of the executable, and its arguments
   * @param settings settings of the command
   * @returns the command
   */
  (argv: readonly (string | PluginWord)[], settings?: PluginSettings): PluginCommand;
  /**
   * Creates a word that is not split, as quotes do in nrpe.cfg: `-p "$ARG2$"`.
   *
   * @param word the word
   * @returns the word, for the list of arguments
   */
  word(word: string): PluginWord;
}

/**
 * Creates a command that starts an executable without a shell.
 *
 * `$ARG1$` to `$ARG16$` inside a word are replaced by arguments from the wire. A word that is
 * exactly `$ARGn$` is split into words like in a shell, but nothing is expanded. `plugin.word()`
 * creates a word that is not split.
 *
 * @example
 * ```ts
 * import { plugin } from "@checkwright/checkwright";
 *
 * plugin(["/usr/lib/nagios/plugins/check_raid", "-p", "$ARG1$"], { acceptArguments: true });
 * plugin(["/usr/lib/nagios/plugins/check_file", "-f", plugin.word("$ARG1$")]);
 * ```
 */
export const plugin: PluginMaker = Object.assign(makePlugin, {
  word: (word: string): PluginWord => ({ word }),
});

// Invalid values stay unchanged: loading the agent reports them.
function makePlugin(
  words: readonly (string | PluginWord)[],
  settings: PluginSettings = {},
): PluginCommand {
  if (!Array.isArray(words)) return { kind: "plugin", argv: words as readonly string[], settings };
  const whole = words.map((word) => (word as Partial<PluginWord> | null)?.word);
  const unsplit = [...words.keys()].filter((index) => typeof whole[index] === "string");
  return {
    kind: "plugin",
    argv: words.map((word, index) => unsplit.includes(index) ? whole[index] : word),
    ...(unsplit.length > 0 && { unsplit }),
    settings,
  };
}

/**
 * Creates a command that `/bin/sh` runs, for lines that need a shell. The line receives arguments
 * from the wire as the positional parameters `$1`, `$2` and so on, never as part of its text.
 *
 * @param line the line
 * @param settings settings of the command
 * @returns the command
 *
 * @example
 * ```ts
 * import { shell } from "@checkwright/checkwright";
 *
 * shell('ls -1 "$1" | wc -l', { acceptArguments: true });
 * ```
 */
export function shell(line: string, settings: PluginSettings = {}): ShellCommand {
  return { kind: "shell", line, settings };
}
