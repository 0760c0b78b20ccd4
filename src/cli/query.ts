import { checkNrpe } from "../client/check_nrpe.ts";
import { parseOptions } from "../client/options.ts";
import { VERSION } from "../daemon/version.ts";
import { print } from "./print.ts";
import { formatHelp, type Line, type Subcommand } from "./usage.ts";

/** What `check_nrpe` exits with where nothing was asked: help, version, a line it cannot read. */
const NOT_ASKED = 3;

/** What can be said; `client/options.ts` parses it, as check_nrpe does. */
const line: Line = {
  words: [],
  options: {
    host: { short: "H", value: "HOST", meaning: "the host to ask: a name or an address" },
    port: { short: "p", value: "PORT", meaning: "its port; 5666" },
    command: {
      short: "c",
      value: "NAME",
      meaning: "the command to run there; _NRPE_CHECK, which asks for the version",
    },
    args: {
      short: "a",
      value: "ARG…",
      meaning: "its arguments: everything that follows, so this comes last",
    },
    timeout: {
      short: "t",
      value: "N[:STATE]",
      meaning: "seconds for everything, and the state if there is no connection or no answer in " +
        "time: OK, WARNING, CRITICAL, UNKNOWN or 0 to 3; 10:CRITICAL",
    },
    "unknown-timeout": { short: "u", meaning: "that state is UNKNOWN" },
    "no-ssl": { short: "n", meaning: "no TLS" },
    "v2-packets-only": {
      short: "2",
      meaning: "version 2 only, with at most 1,023 bytes of output",
    },
    "v3-packets-only": {
      short: "3",
      meaning: "version 3, then 2; otherwise version 4, then 2",
    },
    ipv4: { short: "4", meaning: "IPv4 only" },
    ipv6: { short: "6", meaning: "IPv6 only" },
    bind: { short: "b", value: "ADDRESS", meaning: "the local address to ask from" },
    "payload-size": {
      short: "P",
      value: "N",
      meaning: "bytes of a version 2 text, where NSClient++ was set to another size",
    },
    "ca-cert-file": {
      short: "A",
      value: "FILE",
      meaning: "verify the server's certificate by these authorities (PEM); the name in it does " +
        "not matter. Without it nothing is verified",
    },
    "client-cert": { short: "C", value: "FILE", meaning: "the certificate to show (PEM)" },
    "key-file": { short: "K", value: "FILE", meaning: "its private key (PEM)" },
    "ssl-version": {
      short: "S",
      value: "VERSION",
      meaning: "TLSv1.2 or TLSv1.3, with + also what is newer; older ones only with +. TLSv1+",
    },
    "cipher-list": {
      short: "L",
      value: "LIST",
      meaning: "cipher suites allowed in TLS 1.2, as OpenSSL writes them",
    },
    "use-adh": {
      short: "d",
      value: "N",
      meaning: "0 or 1, to no effect: anonymous Diffie-Hellman (2) is not spoken here",
    },
    "config-file": {
      short: "f",
      value: "FILE",
      meaning: "more options, separated by blanks; those of the command line win",
    },
    "stderr-to-stdout": { short: "E", meaning: "print connection errors on standard output" },
    "ssl-logging": { short: "s", value: "N", meaning: "accepted, to no effect: no log is written" },
    "log-file": { short: "g", value: "FILE", meaning: "the same" },
    "disable-syslog": { short: "D", meaning: "the same" },
    version: { short: "V", meaning: "print the version" },
    license: { short: "l", meaning: "print the license" },
    help: { short: "h", meaning: "print this" },
  },
  stopEarly: false,
};

/** `checkwright query`: in the place of `check_nrpe`, with its options, texts and exit codes. */
export const query: Subcommand = {
  summary: "Ask an NRPE server, as check_nrpe does.",
  synopsis: "-H HOST [-c COMMAND] [OPTION…] [-a ARG…]",
  line,
  async run(args) {
    let request;
    try {
      request = parseOptions(args, Deno.readTextFileSync);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
      // On standard output, where an engine looks for what a plugin has to say.
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
    print(Deno.stderr, stderr);
    print(Deno.stdout, stdout);
    return code;
  },
};
