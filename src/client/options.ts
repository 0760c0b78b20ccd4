import type { State } from "../nagios/state.ts";
import { quoteText } from "../nagios/text.ts";
import { VERSION_COMMAND } from "../protocol/parse_query.ts";
import { type QuerySettings, readSettings } from "./query_settings.ts";
import { chooseTls, type TlsChoice } from "./tls_choice.ts";

/** Default port of NRPE. */
const DEFAULT_PORT = 5666;

/** Default timeout of `check_nrpe`, in seconds. */
const DEFAULT_TIMEOUT = 10;

/** The TLS options of a command line of `check_nrpe`. */
export interface TlsFiles extends TlsChoice {
  /** PEM file of the client certificate, `-C`. */
  readonly certFile?: string | undefined;
  /** PEM file of the client's private key, `-K`. */
  readonly keyFile?: string | undefined;
  /** PEM file of the authorities that verify the server's certificate, `-A`. */
  readonly caFile?: string | undefined;
}

/** A parsed command line of `check_nrpe`, with defaults. */
export interface CheckNrpeOptions {
  /** Name or address of the server. */
  readonly host: string;
  /** Port of the server. */
  readonly port: number;
  /** Text of the query: the command and its arguments, separated by `!`. */
  readonly query: string;
  /** Version of the first query packet. */
  readonly version: 2 | 3 | 4;
  /** Length of the text buffer of version 2 in bytes, for NSClient++. */
  readonly payloadSize?: number | undefined;
  /** Address family; default: any. */
  readonly family?: 4 | 6 | undefined;
  /** Local address to connect from. */
  readonly bind?: string | undefined;
  /** TLS options; false without TLS. */
  readonly tls: false | TlsFiles;
  /** Timeout for all steps, in seconds. */
  readonly timeout: number;
  /** State for a timeout or a failed connection. */
  readonly failureState: State;
  /** Whether the client's own messages go to standard output. */
  readonly stderrToStdout: boolean;
  /** Lines to print first. */
  readonly notices: readonly string[];
}

/** A query to send, or information about the program to print. */
export type CheckNrpeRequest = CheckNrpeOptions | { readonly show: "help" | "version" | "license" };

/**
 * Parses a command line of `check_nrpe`, and the files that its options `-f` name. The command line
 * overrides the files. Three bugs of 4.1.0 are not imitated: here `--args=x` sends `x` and not the
 * text of the option, `-t` is valid in a file, and a port above 65,535 is refused and not wrapped.
 *
 * @param words the words after the name of the program
 * @param readFile reads a configuration file; called for `-f` only
 * @returns the query, or the information to print
 * @throws {SyntaxError} if the words are not a valid command line of `check_nrpe`
 * @throws {RangeError} if the TLS options are not supported here
 */
export function parseOptions(
  words: readonly string[],
  readFile: (path: string) => string,
): CheckNrpeRequest {
  const given = readSettings(words);
  if (given.show !== undefined) return { show: given.show };
  const files = given.files.map((path) => readConfig(path, readFile));
  // As in check_nrpe, the first of several files overrides the others.
  const settings: QuerySettings = Object.assign({}, ...files.toReversed(), given);
  const { host, port = DEFAULT_PORT, version = 4, timeout = DEFAULT_TIMEOUT } = settings;
  const { certFile, keyFile, caFile, tlsVersion, cipherList, anonymous } = settings;
  if (!host) throw new SyntaxError("Missing option -H: expected the host of the server");
  if (settings.payloadSize !== undefined && version !== 2) {
    throw new SyntaxError(
      "Error: if a fixed payload size is specified, '-2' must also be specified",
    );
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new SyntaxError(
      "Error: the client certificate and the private key must both be given or neither",
    );
  }
  return {
    host,
    port,
    query: queryText(settings),
    version,
    payloadSize: settings.payloadSize,
    family: settings.family,
    bind: settings.bind,
    tls: settings.plain
      ? false
      : { ...chooseTls(tlsVersion, cipherList, anonymous), certFile, keyFile, caFile },
    timeout,
    failureState: settings.state ?? "CRITICAL",
    stderrToStdout: settings.stderrToStdout ?? false,
    notices: [given, ...files].flatMap(({ notices }) => notices),
  };
}

/**
 * Returns the text of the query, the same as of check_nrpe. A `!` inside of a word separates
 * arguments, too: `-c 'check_disk!20%'` is in use. nrpe drops empty arguments, and runs the command
 * without them. They are normal: an engine passes `-a "$ARG2$"` also if the macro is empty.
 */
function queryText({ command = VERSION_COMMAND, args = [] }: QuerySettings): string {
  const query = [command, ...args].join("!");
  if (/^!*$/.test(query)) {
    throw new SyntaxError("Cannot send an empty command: expected its name");
  }
  return query;
}

/** Reads a file of options: words separated by blanks, without quotes and comments. */
function readConfig(path: string, readFile: (path: string) => string): QuerySettings {
  let settings: QuerySettings;
  try {
    const words = readFile(path).split(/\s+/).filter((word) => word !== "");
    if (words.length === 0) throw new SyntaxError("it contains no options");
    settings = readSettings(words);
  } catch (error) {
    if (!(error instanceof Error) || error.message.startsWith("Error:")) throw error;
    throw new SyntaxError(`Cannot use config file ${quoteText(path)}: ${error.message}`);
  }
  if (settings.command !== undefined) {
    throw new SyntaxError("Error: The config file should not have a command (-c) option.");
  }
  if (settings.args !== undefined) {
    throw new SyntaxError("Error: The config file should not have args (-a) arguments.");
  }
  if (settings.files.length > 0) {
    settings.notices.push("Error: The config file should not have a config-file (-f) option.");
  }
  return settings;
}
