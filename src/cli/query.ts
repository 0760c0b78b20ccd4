import { checkNrpe } from "../client/check_nrpe.ts";
import { parseOptions } from "../client/options.ts";
import { version } from "../daemon/version.ts";
import { print } from "./print.ts";
import { formatHelp, type Subcommand } from "./usage.ts";

/** What `check_nrpe` exits with where nothing was asked: help, version, a line it cannot read. */
const NOT_ASKED = 3;

/** `checkwright query`: in the place of `check_nrpe`, with its options, texts and exit codes. */
export const query: Subcommand = {
  summary: "Ask an NRPE server, as check_nrpe does.",
  synopsis: "-H HOST [-c COMMAND] [OPTION…] [-a ARG…]",
  options: [
    ["-H, --host HOST", "the host to ask: a name or an address"],
    ["-p, --port PORT", "its port; 5666"],
    ["-c, --command NAME", "the command to run there; _NRPE_CHECK, which asks for the version"],
    ["-a, --args ARG…", "its arguments: everything that follows, so this comes last"],
    [
      "-t, --timeout N[:STATE]",
      "seconds for everything, and the state if there is no connection or",
    ],
    ["", "no answer in time: OK, WARNING, CRITICAL, UNKNOWN or 0 to 3; 10:CRITICAL"],
    ["-u, --unknown-timeout", "that state is UNKNOWN"],
    ["-n, --no-ssl", "no TLS"],
    ["-2, --v2-packets-only", "version 2 only, with at most 1,023 bytes of output"],
    ["-3, --v3-packets-only", "version 3, then 2; otherwise version 4, then 2"],
    ["-4, --ipv4", "IPv4 only"],
    ["-6, --ipv6", "IPv6 only"],
    ["-b, --bind ADDRESS", "the local address to ask from"],
    ["-P, --payload-size N", "bytes of a version 2 text, where NSClient++ was set to another size"],
    ["-A, --ca-cert-file FILE", "verify the server's certificate by these authorities (PEM); the"],
    ["", "name in it does not matter. Without it nothing is verified"],
    ["-C, --client-cert FILE", "the certificate to show (PEM)"],
    ["-K, --key-file FILE", "its private key (PEM)"],
    ["-S, --ssl-version VERSION", "TLSv1.2 or TLSv1.3, with + also what is newer; older ones only"],
    ["", "with +. TLSv1+"],
    ["-L, --cipher-list LIST", "cipher suites allowed in TLS 1.2, as OpenSSL writes them"],
    ["-d, --use-adh N", "0 or 1, to no effect: anonymous Diffie-Hellman (2) is not spoken here"],
    ["-f, --config-file FILE", "more options, separated by blanks; those of the command line win"],
    ["-E, --stderr-to-stdout", "print connection errors on standard output"],
    ["-s, -g VALUE, -D", "accepted, to no effect: no log is written"],
    ["-V, --version", "print the version"],
    ["-l, --license", "print the license"],
    ["-h, --help", "print this"],
  ],
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
          version: `NRPE Plugin for Nagios\nVersion: 4.1.0 (Checkwright ${version})`,
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
