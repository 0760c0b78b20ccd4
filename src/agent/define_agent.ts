import type { CheckCommand, CommandSettings } from "../check/define_check.ts";
import type { BareFunction } from "../check/execute.ts";

/** Settings that a plugin may have beside those of any command. */
export interface PluginSettings extends CommandSettings {
  /** Environment variables, beside the clean ones that every plugin gets. */
  env?: Readonly<Record<string, string>>;
  /** The folder it is started in; `/` where left out. */
  cwd?: string;
  /** The user it runs as, where the daemon may choose. */
  user?: string;
  /** Refuse to start an executable whose SHA-256 is another. */
  sha256?: string;
  /** Whether a word that is exactly `$ARGn$` is split into words; it is, where left out. */
  split?: boolean;
}

/** An executable as a command. */
export interface PluginCommand {
  /** What kind of command this is. */
  readonly kind: "plugin";
  /** The executable by absolute path, and its words; `$ARG1$` to `$ARG16$` are replaced. */
  readonly argv: readonly string[];
  /** How it is run. */
  readonly settings: PluginSettings;
}

/** A line for `/bin/sh` as a command. */
export interface ShellCommand {
  /** What kind of command this is. */
  readonly kind: "shell";
  /** The line; arguments reach it as positional parameters. */
  readonly line: string;
  /** How it is run. */
  readonly settings: PluginSettings;
}

/** Anything that may stand under a name in an agent; a check that is not bound is one too. */
export type Command = CheckCommand | PluginCommand | ShellCommand | BareFunction;

/** What a client certificate may ask. */
export interface ClientRule {
  /** The certificate's subject, `*` standing for any run of characters: `CN=monitor-*`. */
  subject: string;
  /** The commands it may ask, with the same globs. */
  commands: readonly string[];
}

/** How the daemon speaks TLS. */
export interface TlsSettings {
  /** The path of the certificate chain (PEM); a self-signed one is made where left out. */
  cert?: string;
  /** The path of its key (PEM). */
  key?: string;
  /** The path of the authorities that client certificates must come from (PEM). */
  ca?: string;
  /** Whether clients are asked for a certificate, and whether they must have one. */
  clientCertificates?: "ignore" | "request" | "require";
  /** The oldest version spoken. */
  minVersion?: "1.2" | "1.3";
}

/** What the daemon bears. Spans are texts such as `"5s"`. */
export interface Limits {
  /** Connections at once. */
  connections?: number;
  /** Connections at once from one address. */
  perAddress?: number;
  /** The span for a TLS handshake. */
  handshake?: string;
  /** The span from the handshake to the whole query. */
  query?: string;
  /** The span for the peer to take the whole response. */
  response?: string;
  /** Commands that run at once. */
  running?: number;
  /** Queries that wait for a place. */
  queued?: number;
  /** Sandboxes alive at once. */
  sandboxes?: number;
}

/** The whole of what an agent may say. All but `commands` may be left out. */
export interface AgentInput {
  /** What engines may ask for, by name. */
  commands: Readonly<Record<string, Command>>;
  /** Where to listen: `"127.0.0.1:5666"`; port 5666 where it is left out. */
  listen?: string | readonly string[];
  /** How TLS is spoken; false for plain text. */
  tls?: false | TlsSettings;
  /** Who may ask: addresses, networks, names. Loopback only where left out. */
  allowedHosts?: readonly string[];
  /** What each client certificate may ask; all of them anything where left out. */
  clients?: readonly ClientRule[];
  /** Whether commands take arguments from the wire, unless they say themselves. */
  acceptArguments?: boolean;
  /** The deadline of every command that has none of its own: `"60s"`. */
  timeout?: string;
  /** What the daemon bears. */
  limits?: Limits;
  /** Where /proc is bound for checks that declare `proc`. */
  procfs?: string;
  /** The folder for what the daemon keeps: its own certificate. */
  state?: string;
  /** Whether a refusal is answered with its reason, or with NRPE's silence. */
  refusals?: "explain" | "silent";
  /** The form of the log. */
  log?: "text" | "json";
}

/** An agent as a module exports it. */
export interface Agent extends AgentInput {
  /** Tells an agent from any other value. */
  readonly kind: "agent";
}

/**
 * Defines an agent: the commands of a host and how they are served. Nothing is checked here;
 * whoever loads the agent is told all faults at once.
 *
 * @param input the agent
 * @returns the agent, to be exported as default
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

/**
 * A command that starts an executable, never through a shell.
 *
 * `$ARG1$` to `$ARG16$` inside a word are replaced by arguments from the wire; a word that is
 * exactly `$ARGn$` is split into words as a shell would, with nothing expanded.
 *
 * @param argv the executable by absolute path, and its words
 * @param settings how it is run
 * @returns the command
 *
 * @example
 * ```ts
 * import { plugin } from "@checkwright/checkwright";
 *
 * plugin(["/usr/lib/nagios/plugins/check_raid", "-p", "$ARG1$"], { acceptArguments: true });
 * ```
 */
export function plugin(argv: readonly string[], settings: PluginSettings = {}): PluginCommand {
  return { kind: "plugin", argv, settings };
}

/**
 * A command that `/bin/sh` runs, for lines that need a shell. Arguments from the wire reach the
 * line as the positional parameters `$1`, `$2` and so on, never as text of the line.
 *
 * @param line the line
 * @param settings how it is run
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
