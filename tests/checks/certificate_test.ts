import { assertEquals } from "@std/assert";
import {
  formatTimestamp,
  judgeCertificate,
  parseCertificateDays,
} from "../../checks/_certificate.ts";
import { evaluate } from "../../src/mod.ts";

const now = new Date("2026-11-21T20:28:36.900Z");
const DAY = 86400;

/** The expected output for a certificate that expires in this many seconds. */
const cases: [seconds: number, days: string, state: string, output: RegExp, left: number][] = [
  [29 * DAY + 5, "14,7", "OK", /^OK - Certificate 'localhost' will expire on .*\.$/, 29],
  [29 * DAY + 5, "29", "WARNING", /^WARNING - Certificate .* expires in 29 day\(s\) \(.*\)\.$/, 29],
  [29 * DAY + 5, "28", "OK", /^OK /, 29],
  [29 * DAY + 5, "30,29", "CRITICAL", /^CRITICAL - .* expires in 29 day\(s\) \(/, 29],
  [29 * DAY + 5, "14,40", "OK", /^OK /, 29],
  [DAY, "0", "OK", /^OK /, 1],
  [DAY, "1", "WARNING", /^WARNING - .* expires in 1 day\(s\) \(/, 1],
  [
    DAY - 1,
    "0",
    "CRITICAL",
    /^CRITICAL - Certificate 'localhost' expires in 23 hours \([^()]*\)$/,
    0,
  ],
  [3600, "14", "CRITICAL", / expires in 1 hours \(/, 0],
  [3599, "14", "CRITICAL", / expires in 59 minutes \([^()]*\)$/, 0],
  [1, "14", "CRITICAL", / expires in 0 minutes \(/, 0],
  [0, "0", "CRITICAL", / just expired \(.*\)\.$/, 0],
  [-1, "14", "CRITICAL", /^CRITICAL - Certificate 'localhost' expired on .*\.$/, -1],
  [-2 * DAY, "0", "CRITICAL", / expired on /, -2],
];

Deno.test("judgeCertificate() has the same texts and limits as check_http -C", {
  permissions: "none",
}, () => {
  for (const [seconds, days, state, output, left] of cases) {
    const validTo = new Date((Math.floor(now.getTime() / 1000) + seconds) * 1000);
    const certificate = { commonName: "localhost", validTo };
    const verdict = judgeCertificate(certificate, parseCertificateDays(days), now);
    assertEquals(verdict.state, state, `${seconds} ${days}`);
    assertEquals(output.test(verdict.output), true, verdict.output);
    assertEquals(verdict.perfdata[0]?.value, left);
  }
});

Deno.test("judgeCertificate() returns perfdata that evaluate() maps to the same state", {
  permissions: "none",
}, () => {
  for (const days of [-3, 3, 7, 8, 14, 15, 400]) {
    const certificate = { commonName: "a", validTo: new Date(now.getTime() + days * DAY * 1000) };
    const verdict = judgeCertificate(certificate, { warning: 14, critical: 7 }, now);
    assertEquals(evaluate(verdict.perfdata), verdict.state, String(days));
  }
});

Deno.test(
  "judgeCertificate() returns CRITICAL without a certificate",
  { permissions: "none" },
  () => {
    const { state, output } = judgeCertificate(undefined, { warning: 1, critical: 0 }, now);
    assertEquals([state, output], ["CRITICAL", "CRITICAL - Cannot retrieve server certificate."]);
  },
);

Deno.test("judgeCertificate() replaces control characters in a name", {
  permissions: "none",
}, () => {
  const certificate = { commonName: "a\x1b[2J\nb", validTo: now };
  const { output } = judgeCertificate(certificate, { warning: 1, critical: 0 }, now);
  assertEquals(output.startsWith("CRITICAL - Certificate 'a?[2J?b' just expired"), true, output);
});

Deno.test("formatTimestamp() formats a time like strftime()", { permissions: "none" }, () => {
  const cases: [date: string, offset: number, text: string][] = [
    ["2026-12-21T20:09:22Z", 0, "Mon Dec 21 20:09:22 2026 +0000"],
    ["2026-12-03T09:58:34Z", 0, "Thu Dec  3 09:58:34 2026 +0000"],
    ["2026-12-31T23:30:00Z", 60, "Fri Jan  1 00:30:00 2027 +0100"],
    ["2026-06-01T00:00:00Z", -210, "Sun May 31 20:30:00 2026 -0330"],
    ["2026-06-01T00:00:00Z", 330, "Mon Jun  1 05:30:00 2026 +0530"],
  ];
  for (const [date, offset, text] of cases) {
    assertEquals(formatTimestamp(new Date(date), offset), text);
  }
});
