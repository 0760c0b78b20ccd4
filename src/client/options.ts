import type { State } from "../nagios/state.ts";
import { quoteText } from "../nagios/text.ts";
import { VERSION_COMMAND } from "../protocol/parse_query.ts";
import { type QuerySettings, readSettings } from "./query_settings.ts";
import { chooseTls, type TlsChoice } from "./tls_choice.ts";

/** Port of NRPE wherever no other was agreed upon. */
const DEFAULT_PORT = 5666;

/** Seconds that `check_nrpe` waits by default. */
const DEFAULT_TIMEOUT = 10;

/** TLS as `check_nrpe`'s command line asks for it. */
export interface TlsFiles extends TlsChoice {
  /** PEM file of the certificate to show, `-C`. */
  readonly certFile?: string | undefined;
  /** PEM file of its private key, `-K`. */
  readonly keyFile?: string | undefined;
  /** PEM file of the authorities to verify the server's certificate by, `-A`. */
  readonly caFile?: string | undefined;
}

/** What `check_nrpe`'s command line asks for. */
export interface CheckNrpeOptions {
  /** Name or address to ask. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** Text of the query: the command and its arguments with `!` between them. */
  readonly query: string;
  /** Version of the first packet to send. */
  readonly version: 2 | 3 | 4;
  /** Bytes of the text buffer of version 2, for NSClient++. */
  readonly payloadSize?: number | undefined;
  /** Address family to use; any, if left out. */
  readonly family?: 4 | 6 | undefined;
  /** Address to ask from. */
  readonly bind?: string | undefined;
  /** TLS, or none. */
  readonly tls: false | TlsFiles;
  /** Seconds for the whole conversation. */
  readonly timeout: number;
  /** The state that trouble with the connection is reported as. */
  readonly failureState: State;
  /** Whether the client's own messages go to standard output. */
  readonly stderrToStdout: boolean;
  /** Lines to print before anything else. */
  readonly notices: readonly string[];
}

/** What to do: ask, or print something about the program. */
export type CheckNrpeRequest = CheckNrpeOptions | { readonly show: "help" | "version" | "license" };

/**
 * Reads `check_nrpe`'s command line, and the file that it names with `-f`. The command line wins
 * over the file. What 4.1.0 gets wrong is put right: `--args=x` sends `x` and not the option's own
 * text, `-t` counts in a file too, a port beyond 65,535 is refused and not wrapped.
 *
 * @param words the words after the program's name
 * @param readFile reads a text file; called for `-f` only
 * @returns what to do
 * @throws {SyntaxError} if the words are no command line of `check_nrpe`
 * @throws {RangeError} if they ask for TLS that does not exist here
 */
export function parseOptions(
  words: readonly string[],
  readFile: (path: string) => string,
): CheckNrpeRequest {
  const given = readSettings(words);
  if (given.show !== undefined) return { show: given.show };
  const files = given.files.map((path) => readConfig(path, readFile));
  // Of several files, the first is the one that check_nrpe lets win.
  const settings: QuerySettings = Object.assign({}, ...files.toReversed(), given);
  const { host, port = DEFAULT_PORT, version = 4, timeout = DEFAULT_TIMEOUT } = settings;
  const { certFile, keyFile, caFile, tlsVersion, cipherList, anonymous } = settings;
  if (!host) throw new SyntaxError("Missing option -H: expected the host to ask");
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
 * The text goes out as given, `!` inside a word included: `-c 'check_disk!20%'` is in use. Only what
 * would vanish on the way is refused.
 */
function queryText({ command = VERSION_COMMAND, args = [] }: QuerySettings): string {
  const query = [command, ...args].join("!");
  const empty = query.split("!").indexOf("");
  if (empty === 0) throw new SyntaxError("Cannot send an empty command: expected its name");
  if (empty > 0) {
    throw new SyntaxError(
      `Cannot send argument ${empty}: it is empty, which NRPE cannot carry`,
    );
  }
  return query;
}

/** A file of options: words between blanks, no quotes, no comments. */
function readConfig(path: string, readFile: (path: string) => string): QuerySettings {
  let settings: QuerySettings;
  try {
    const words = readFile(path).split(/\s+/).filter((word) => word !== "");
    if (words.length === 0) throw new SyntaxError("it holds no options");
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
