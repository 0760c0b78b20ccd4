import { assertEquals } from "@std/assert";
import { type CheckNrpeOptions, parseOptions } from "../../src/client/options.ts";
import { reportFailure, reportResponse } from "../../src/client/report.ts";
import { decodeText } from "../../src/nagios/text.ts";
import { ConnectError, type ConnectFault } from "../../src/net/connect_error.ts";
import type { Packet } from "../../src/protocol/packet.ts";
import { ProtocolError, type ProtocolFault } from "../../src/protocol/protocol_error.ts";

function options(line: string): CheckNrpeOptions {
  return parseOptions(line.split(" "), () => "") as CheckNrpeOptions;
}

function packet(text: string | Uint8Array, resultCode = 0, version: 2 | 4 = 4): Packet {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return { version, type: "response", resultCode, text: bytes };
}

Deno.test("reportResponse() prints the text and returns the low byte of the code", {
  permissions: "none",
}, () => {
  const latin1 = Uint8Array.of(0x67, 0xfc);
  const cases: [Packet, string, number][] = [
    [packet("OK - fine|a=1"), "OK - fine|a=1\n", 0],
    [packet("WARNING\nmore\n", 1), "WARNING\nmore\n\n", 1],
    [packet(latin1, 2), `${decodeText(latin1)}\n`, 2],
    [packet("", 1), "\n", 1],
    [packet("", 1, 2), "CHECK_NRPE: No output returned from daemon.\n", 1],
    [packet("x", 4), "x\n", 4],
    [packet("x", 256), "x\n", 0],
    [packet("x", -1), "x\n", 255],
  ];
  for (const [response, stdout, code] of cases) {
    assertEquals(reportResponse(response, options("-H h")), { stdout, stderr: "", code });
  }
});

Deno.test("reportFailure() prints the lines of check_nrpe 4.1.0, then the reason", {
  permissions: "none",
}, () => {
  const error = (fault: ConnectFault, reason: string, ...addresses: string[]) =>
    new ConnectError(fault, "message", reason, addresses.map((address) => ({ address, reason })));
  const timeout = new DOMException("too late", "TimeoutError");
  const handshake =
    "CHECK_NRPE: (ssl_err != 5) Error - Could not complete SSL handshake with 192.0.2.1: 1";
  const resolve = "Could not resolve hostname h: Name or service not known";

  const cases: [string, unknown, string[], string[], number][] = [
    ["", timeout, ["CHECK_NRPE STATE CRITICAL: Socket timeout after 10 seconds."], [], 2],
    ["-t 3:OK", timeout, ["CHECK_NRPE STATE OK: Socket timeout after 3 seconds."], [], 0],
    ["-u", timeout, ["CHECK_NRPE STATE UNKNOWN: Socket timeout after 10 seconds."], [], 3],
    ["-u", error("resolve", "Name or service not known"), [], [resolve], 1],
    ["-E", error("resolve", "Name or service not known"), [resolve], [], 1],
    ["", error("refused", "Connection refused", "192.0.2.1"), [], [
      "connect to address 192.0.2.1 port 5666: Connection refused",
      "connect to host h port 5666: Connection refused",
    ], 2],
    ["-p 1 -t :1", error("unreachable", "No route to host", "192.0.2.1", "192.0.2.2"), [], [
      "connect to address 192.0.2.1 port 1: No route to host",
      "connect to address 192.0.2.2 port 1: No route to host",
      "connect to host h port 1: No route to host",
    ], 1],
    [
      "-E",
      error("refused", "Connection refused", "192.0.2.1"),
      [
        "connect to address 192.0.2.1 port 5666: Connection refused",
        "connect to host h port 5666: Connection refused",
      ],
      [],
      2,
    ],
    ["-b 192.0.2.9", error("bind", "Cannot assign requested address", "192.0.2.1"), [], [
      "bind: 192.0.2.9: Cannot assign requested address",
      "connect to host h port 5666: Cannot assign requested address",
    ], 2],
    [
      "",
      error("handshake", "the server does so", "192.0.2.1"),
      [handshake, "The server does so"],
      [],
      2,
    ],
    ["-u", error("untrusted", "expired", "192.0.2.1"), [handshake, "Expired"], [], 3],
    [
      "",
      error("reset", "Connection reset by peer", "192.0.2.1"),
      [
        "CHECK_NRPE: Error - Could not connect to 192.0.2.1: Connection reset by peer",
        "The server closed the connection before TLS began: it does not use TLS (try -n), or " +
        "refuses this host",
      ],
      [],
      2,
    ],
    [
      "-A ca.pem",
      error("ca", "why"),
      ["Error: could not use CA certificate 'ca.pem'.", "why"],
      [],
      2,
    ],
    [
      "-C c -K k",
      error("certificate", "why"),
      ["Error: could not use certificate file 'c'.", "why"],
      [],
      2,
    ],
    [
      "-C c -K k",
      error("key", "why"),
      ["Error: could not use private key file 'k'.", "why"],
      [],
      2,
    ],
    ["", new RangeError("Cannot send it"), ["CHECK_NRPE: Cannot send it"], [], 3],
    [
      "-t 5:bad",
      timeout,
      [
        "Timeout state must be a valid state name (OK, WARNING, CRITICAL, UNKNOWN) or integer (0-3).",
        "CHECK_NRPE STATE CRITICAL: Socket timeout after 5 seconds.",
      ],
      [],
      2,
    ],
  ];
  for (const [line, failure, out, err, code] of cases) {
    const report = reportFailure(failure, options(`-H h${line && " "}${line}`));
    const lines = (texts: string[]) => texts.map((text) => `${text}\n`).join("");
    assertEquals(report, { stdout: lines(out), stderr: lines(err), code }, `${failure} ${line}`);
  }
});

Deno.test("reportFailure() names the error of a response", { permissions: "none" }, () => {
  const cases: [ProtocolFault, number, string][] = [
    ["truncated", 0, "Receive header underflow - only 0 bytes received (4 expected)."],
    ["truncated", 5, "Receive header underflow - only 5 bytes received (4 expected)."],
    ["truncated", 40, "Receive underflow - only 40 bytes received (4 expected)."],
    ["version", 40, "Invalid packet version received from server."],
    ["type", 40, "Invalid packet type received from server."],
    ["length", 40, "Response packet had invalid buffer size."],
    ["size", 40, "Response packet had invalid buffer size."],
    ["crc", 40, "Response packet had invalid CRC32."],
  ];
  for (const [fault, received, expected] of cases) {
    const error = new ProtocolError(fault, "the details", received);
    const { stdout, stderr, code } = reportFailure(error, options("-H h -u"));
    const [first, second] = stdout.split("\n");
    assertEquals([first, stderr, code], [`CHECK_NRPE: ${expected}`, "", 3], fault);
    const refused = "CHECK_NRPE: Error - Could not connect to h: Check system logs on h (";
    const reason = received === 0 ? second!.slice(0, refused.length) : second;
    assertEquals(reason, received === 0 ? refused : "the details", fault);
  }
});
