import { checkNrpe } from "../client/check_nrpe.ts";
import { parseOptions } from "../client/options.ts";
import { VERSION } from "../daemon/version.ts";
import { stateOf } from "../nagios/state.ts";
import { exactWords } from "./exact_words.ts";
import { outputAsJson } from "./output_json.ts";
import { print } from "./print.ts";
import { formatHelp, type Line, type Subcommand, UsageError } from "./usage.ts";

/** The exit code of `check_nrpe` if it sends no query: help, version, or an invalid command line. */
const NOT_ASKED = 3;

/** The options for help and completion; `client/options.ts` parses the command line. */
const line: Line = {
  words: [],
  options: {
    host: { short: "H", value: "HOST", meaning: "the name or address of the server" },
    port: { short: "p", value: "PORT", meaning: "the port of the server (default: 5666)" },
    command: {
      short: "c",
      value: "NAME",
      meaning: "the command to query (default: _NRPE_CHECK, which returns the version)",
    },
    args: {
      short: "a",
      value: "ARG…",
      meaning: "arguments of the command: all following words, so this option must be the last",
    },
    timeout: {
      short: "t",
      value: "N[:STATE]",
      meaning:
        "timeout in seconds for all steps, and the state to report if the connection fails " +
        "or times out: OK, WARNING, CRITICAL, UNKNOWN or 0 to 3 (default: 10:CRITICAL)",
    },
    "unknown-timeout": {
      short: "u",
      meaning: "report UNKNOWN if the connection fails or times out",
    },
    "no-ssl": { short: "n", meaning: "connect without TLS" },
    "v2-packets-only": {
      short: "2",
      meaning: "use version 2 only, in which nrpe sends at most 1,023 bytes of output",
    },
    "v3-packets-only": {
      short: "3",
      meaning: "try version 3, then version 2 (default: version 4, then version 2)",
    },
    ipv4: { short: "4", meaning: "use IPv4 only" },
    ipv6: { short: "6", meaning: "use IPv6 only" },
    bind: { short: "b", value: "ADDRESS", meaning: "the local address of the connection" },
    "payload-size": {
      short: "P",
      value: "N",
      meaning:
        "size of the text in a version 2 packet, in bytes, as configured in NSClient++; requires " +
        "-2 (default: 1024)",
    },
    "ca-cert-file": {
      short: "A",
      value: "FILE",
      meaning:
        "verify that a CA in this file (PEM) signed the server's certificate; host names are " +
        "not compared (default: no verification)",
    },
    "client-cert": { short: "C", value: "FILE", meaning: "the client certificate (PEM)" },
    "key-file": {
      short: "K",
      value: "FILE",
      meaning: "the private key of the client certificate (PEM)",
    },
    "ssl-version": {
      short: "S",
      value: "VERSION",
      meaning: "TLSv1.2 or TLSv1.3; append + to allow newer versions; older names such as TLSv1 " +
        "require + (default: TLSv1+)",
    },
    "cipher-list": {
      short: "L",
      value: "LIST",
      meaning: "the cipher suites to allow in TLS 1.2, in the syntax of OpenSSL",
    },
    "use-adh": {
      short: "d",
      value: "N",
      meaning: "0 or 1, without effect; 2 (anonymous Diffie-Hellman) is not supported",
    },
    "config-file": {
      short: "f",
      value: "FILE",
      meaning: "read options from this file, separated by spaces; the command line overrides them",
    },
    "stderr-to-stdout": { short: "E", meaning: "print connection errors on standard output" },
    "ssl-logging": {
      short: "s",
      value: "N",
      meaning: "accepted for compatibility, without effect",
    },
    "log-file": {
      short: "g",
      value: "FILE",
      meaning: "accepted for compatibility, without effect",
    },
    json: {
      meaning: "print state, output, long output and perfdata as JSON (not in check_nrpe)",
    },
    "disable-syslog": { short: "D", meaning: "accepted for compatibility, without effect" },
    version: { short: "V", meaning: "print the version" },
    license: { short: "l", meaning: "print the license" },
    help: { short: "h", meaning: "print this help" },
  },
  stopEarly: false,
};

/** `checkwright query`: replaces `check_nrpe`. Options, texts and exit codes are the same. */
export const query: Subcommand = {
  summary: "Query an NRPE server, like check_nrpe.",
  synopsis: "-H HOST [-c COMMAND] [OPTION…] [-a ARG…]",
  line,
  exitCodes: {
    "0": "OK",
    "1": "WARNING",
    "2": "CRITICAL",
    "3": "UNKNOWN, invalid command line, or after --help, --version, --license (as in check_nrpe)",
  },
  async run(words) {
    const { args, json } = takeJson(exactWords(words));
    let request;
    try {
      request = parseOptions(args, Deno.readTextFileSync);
    } catch (error) {
      const invalid = error instanceof SyntaxError || error instanceof RangeError ||
        error instanceof UsageError;
      if (!invalid) throw error;
      // The error goes to standard output, because an engine shows only the standard output of a
      // plugin.
      console.log(`${error.message}\nTry "checkwright query --help"`);
      return NOT_ASKED;
    }
    if ("show" in request) {
      console.log(
        {
          help: formatHelp("query", query),
          version: `NRPE Plugin for Nagios\nVersion: 4.1.0 (Checkwright ${VERSION})`,
          license: "Checkwright is free software under the MIT License",
        }[request.show],
      );
      return NOT_ASKED;
    }
    const { stdout, stderr, code } = await checkNrpe(request, Deno.readTextFile);
    if (json) {
      const output = { state: stateOf(code), text: (stdout || stderr).replace(/\n$/, "") };
      console.log(JSON.stringify({ ...outputAsJson(output), returnCode: code }, null, 2));
    } else {
      print(Deno.stderr, stderr);
      print(Deno.stdout, stdout);
    }
    return code;
  },
};

/** Takes the option that `check_nrpe` does not have. The words after `-a` belong to the command. */
function takeJson(words: string[]): { args: string[]; json: boolean } {
  const end = words.findIndex((word) => /^(?:-a|--args)(?:=|$)/.test(word));
  const at = words.indexOf("--json");
  if (at < 0 || (end >= 0 && end < at)) return { args: words, json: false };
  return { args: words.toSpliced(at, 1), json: true };
}
