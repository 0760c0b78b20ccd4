import { assertEquals, assertThrows } from "@std/assert";
import { type CheckNrpeOptions, parseOptions } from "../../src/client/options.ts";

const FILES: Record<string, string> = {
  plain: "-n --port=5777\n-t 3:OK",
  quoted: '-H "127.0.0.1"\n',
  hash: "-n # hello world -2\n",
  command: "-n -c x",
  args: "-n -a x",
  nested: "-n -f plain",
  empty: " \n\t\n",
  unknown: "-n --nope",
  unknownTimeout: "-u -p 1",
  tls: "-A ca.pem -C own.pem",
};

function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw new Deno.errors.NotFound("No such file or directory");
  return text;
}

function parse(line: string | string[]): CheckNrpeOptions {
  const words = typeof line === "string" ? line.split(" ") : line;
  const request = parseOptions(words, readFile);
  if ("show" in request) throw new Error(`Expected a query, got the ${request.show}`);
  return request;
}

const DEFAULTS: CheckNrpeOptions = {
  host: "h",
  port: 5666,
  query: "_NRPE_CHECK",
  version: 4,
  payloadSize: undefined,
  family: undefined,
  bind: undefined,
  tls: {
    minVersion: "1.2",
    maxVersion: "1.3",
    caFile: undefined,
    certFile: undefined,
    keyFile: undefined,
  },
  timeout: 10,
  failureState: "CRITICAL",
  stderrToStdout: false,
  notices: [],
};
const TLS = DEFAULTS.tls as Exclude<CheckNrpeOptions["tls"], false>;
const NOTICE =
  "Timeout state must be a valid state name (OK, WARNING, CRITICAL, UNKNOWN) or integer (0-3).";

Deno.test("parseOptions() reads every option of check_nrpe", { permissions: "none" }, () => {
  const cases: [string, Partial<CheckNrpeOptions>][] = [
    ["-H h", {}],
    ["--host=h --port=1 --command=c --timeout=5 --no-ssl", {
      port: 1,
      query: "c",
      timeout: 5,
      tls: false,
    }],
    ["-nHh -c x -a -w 5 -c 10 -H foo", { tls: false, query: "x!-w!5!-c!10!-H!foo" }],
    ["-n -H h -a a b", { tls: false, query: "_NRPE_CHECK!a!b" }],
    ["-n -H h -c x --args=a b", { tls: false, query: "x!a!b" }],
    ["-n -H h -c x!y -a z!1", { tls: false, query: "x!y!z!1" }],
    ["word -H h other -c a -c b", { query: "b" }],
    ["-H h -2", { version: 2 }],
    ["-H h --v3-packets-only", { version: 3 }],
    ["-H h -2 -P 2048", { version: 2, payloadSize: 2048 }],
    ["-H h -4 -6", { family: 6 }],
    ["-H h --ipv6 --ipv4", { family: 4 }],
    ["-H h -b 192.0.2.1", { bind: "192.0.2.1" }],
    ["-H h -E", { stderrToStdout: true }],
    ["-H h -s 0xff -D -g /var/log/x", {}],
    ["-H h -A ca -C c -K k", { tls: { ...TLS, caFile: "ca", certFile: "c", keyFile: "k" } }],
    ["-H h -S TLSv1.2", { tls: { ...TLS, maxVersion: "1.2" } }],
    ["-H h -S TLSv1.3", { tls: { ...TLS, minVersion: "1.3" } }],
    ["-H h -S TLSv1.3+", { tls: { ...TLS, minVersion: "1.3" } }],
    ["-H h -S SSLv3+", {}],
    ["-H h -S TLSv1+", {}],
    ["-H h -S TLSv1.1+", {}],
    ["-H h -S TLSv1.2+", {}],
    ["-H h -d 0", {}],
    ["-H h -d 1 -L aRSA+AES256", {
      tls: { ...TLS, ciphers: ["ECDHE-RSA-AES256-GCM-SHA384"] },
    }],
    // With -n, the TLS options have no effect.
    ["-H h -n -S SSLv3 -d 2 -L ADH -A none", { tls: false }],
    ["-H h -t 3:warning", { timeout: 3, failureState: "WARNING" }],
    ["-H h -t :0", { failureState: "OK" }],
    ["-H h -t 5:", { timeout: 5 }],
    ["-H h -t 5.5", { timeout: 5 }],
    ["-H h -t 5x:3", { timeout: 5, failureState: "UNKNOWN" }],
    ["-H h -t 5:ok:x", { timeout: 5, failureState: "OK" }],
    ["-H h -u", { failureState: "UNKNOWN" }],
    ["-H h -u -t 5", { timeout: 5, failureState: "UNKNOWN" }],
    ["-H h -u -t 5:1", { timeout: 5, failureState: "WARNING" }],
    ["-H h -t 5:1 -u", { timeout: 5, failureState: "UNKNOWN" }],
    ["-H h -t 5:bad", { timeout: 5, notices: [NOTICE] }],
    ["-H h -t :7", { notices: [NOTICE] }],
  ];
  for (const [line, expected] of cases) {
    assertEquals(parse(line), { ...DEFAULTS, ...expected }, line);
  }
});

Deno.test('parseOptions() keeps empty arguments and every "!", as check_nrpe does', {
  permissions: "none",
}, () => {
  const cases: [words: string[], query: string][] = [
    [["-c", "x", "-a", ""], "x!"],
    [["-c", "x", "-a", "5", ""], "x!5!"],
    [["-c", "x", "-a", "", "5"], "x!!5"],
    [["-c", "x", "-a", "", "", ""], "x!!!"],
    [["-c", "x", "-a", "x!"], "x!x!"],
    [["-c", "x", "-a", "!x"], "x!!x"],
    [["-c", "a!!x"], "a!!x"],
    [["-c", "x!"], "x!"],
    [["-c", "!x"], "!x"],
    [["-c", "", "-a", "5"], "!5"],
    [["-a", ""], "_NRPE_CHECK!"],
    [["-c", "x", "--args="], "x!"],
  ];
  for (const [words, query] of cases) {
    assertEquals(parse(["-H", "h", ...words]).query, query, String(words));
  }
});

Deno.test("parseOptions() prefers the command line to a file, and the first file to others", {
  permissions: "none",
}, () => {
  const cases: [string, Partial<CheckNrpeOptions>][] = [
    ["-H h -f plain", { port: 5777, tls: false, timeout: 3, failureState: "OK" }],
    ["-H h -p 1 -t 9 -f plain", { port: 1, tls: false, timeout: 9, failureState: "OK" }],
    ["-f plain -H h -u", { port: 5777, tls: false, timeout: 3, failureState: "UNKNOWN" }],
    ["-H h --config-file=unknownTimeout -f plain", {
      port: 1,
      tls: false,
      timeout: 3,
      failureState: "UNKNOWN",
    }],
    ["-f quoted", { host: '"127.0.0.1"' }],
    ["-H h -f hash", { tls: false, version: 2 }],
    ["-H h -f tls -K k", { tls: { ...TLS, caFile: "ca.pem", certFile: "own.pem", keyFile: "k" } }],
    ["-H h -f nested", {
      tls: false,
      notices: ["Error: The config file should not have a config-file (-f) option."],
    }],
  ];
  for (const [line, expected] of cases) {
    assertEquals(parse(line), { ...DEFAULTS, ...expected }, line);
  }
});

Deno.test(
  "parseOptions() names an invalid option or value in one line",
  { permissions: "none" },
  () => {
    const integers = "expected a whole number from 1 to 65535";
    const cases: [string | string[], string][] = [
      [[], "Missing option -H: expected the host of the server"],
      [["-H", ""], "Missing option -H: expected the host of the server"],
      ["-H h -z", 'Unknown option "-z"'],
      ["-H h -p 0", `-p: Invalid value "0": ${integers}`],
      ["-H h -p 70000", `-p: Invalid value "70000": ${integers}`],
      ["-H h -p http", `-p: Invalid value "http": ${integers}`],
      ["-H h -2 -P x", `-P: Invalid value "x": ${integers}`],
      ["-H h -P 2048", "Error: if a fixed payload size is specified, '-2' must also be specified"],
      [
        "-H h -2 -3",
        "Error: Only one of force_v2_packet (-2) and force_v3_packet (-3) can be specified.",
      ],
      ["-H h -t x", "Timeout value must be a positive integer"],
      ["-H h -t 0", "Timeout value must be a positive integer"],
      ["-H h -t -5", "Timeout value must be a positive integer"],
      [
        "-H h -C c",
        "Error: the client certificate and the private key must both be given or neither",
      ],
      [["-H", "h", "-c", ""], "Cannot send an empty command: expected its name"],
      [["-H", "h", "-c", "!"], "Cannot send an empty command: expected its name"],
      [["-H", "h", "-c", "", "-a", ""], "Cannot send an empty command: expected its name"],
      ["-H h -f command", "Error: The config file should not have a command (-c) option."],
      ["-H h -f args", "Error: The config file should not have args (-a) arguments."],
      ["-H h -f empty", 'Cannot use config file "empty": it contains no options'],
      ["-H h -f absent", 'Cannot use config file "absent": No such file or directory'],
      ["-H h -f unknown", 'Cannot use config file "unknown": Unknown option "--nope"'],
      ["-H h -d 3", '-d: Invalid value "3": expected 0, 1 or 2'],
      [
        "-H h -S TLSv9",
        '-S: Invalid value "TLSv9": expected SSLv2, SSLv3, TLSv1, TLSv1.1, TLSv1.2, TLSv1.3, each ' +
        'with or without "+"',
      ],
    ];
    for (const [line, message] of cases) {
      assertEquals(assertThrows(() => parse(line), SyntaxError).message, message, String(line));
    }
  },
);

Deno.test("parseOptions() refuses TLS options that are not supported, with the reason", {
  permissions: "none",
}, () => {
  const cases: [string, string][] = [
    ["-S TLSv1", "Cannot use -S TLSv1: it is obsolete (RFC 8996)"],
    ["-S TLSv1.1", "Cannot use -S TLSv1.1: it is obsolete (RFC 8996)"],
    ["-S SSLv3", "Cannot use -S SSLv3: it is obsolete (RFC 8996)"],
    ["-S SSLv2", "Cannot use -S SSLv2: it is obsolete (RFC 8996)"],
    ["-d 2", "Cannot use -d 2: anonymous Diffie-Hellman does not protect"],
    ["-L ADH", 'Cannot use -L "ADH": expected a list that allows an ECDHE suite'],
    ["-L AES256-SHA", 'Cannot use -L "AES256-SHA": expected a list that allows an ECDHE suite'],
  ];
  for (const [line, message] of cases) {
    assertThrows(() => parse(`-H h ${line}`), RangeError, message);
  }
});

Deno.test("parseOptions() returns help, version or license even if other options are given", {
  permissions: "none",
}, () => {
  const cases = [
    ["-h", "help"],
    ["--hel", "help"],
    ["-V", "version"],
    ["-H h -l", "license"],
    [
      "-V -l",
      "version",
    ],
    ["-V -h", "help"],
    ["-p 1 --version", "version"],
  ];
  for (const [line, show] of cases) {
    assertEquals(parseOptions(line!.split(" "), readFile), { show } as unknown, line);
  }
});
