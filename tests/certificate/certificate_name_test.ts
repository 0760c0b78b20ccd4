import { assertEquals, assertThrows } from "@std/assert";
import {
  coversName,
  parseAuthorityName,
  parseClientName,
  parseHostName,
} from "../../src/certificate/certificate_name.ts";

const permissions = "none";

Deno.test("parseHostName() accepts DNS names, wildcards and addresses of both families", {
  permissions,
}, () => {
  const long = `${"a".repeat(63)}.`.repeat(3);
  const rows: [text: string, name: string][] = [
    ["localhost", "localhost"],
    ["Host-1.Example", "host-1.example"],
    ["web_1.example", "web_1.example"],
    ["1.example", "1.example"],
    ["*.example.com", "*.example.com"],
    [`${long}${"b".repeat(61)}`, `${long}${"b".repeat(61)}`],
    ["192.0.2.1", "192.0.2.1"],
    ["2001:DB8::1", "2001:db8::1"],
    ["2001:db8::192.0.2.1", "2001:db8::c000:201"],
    ["::1", "::1"],
    ["::", "::"],
    ["1:0:0:2:3:4:5:6", "1::2:3:4:5:6"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
  ];
  for (const [text, name] of rows) assertEquals(parseHostName(text), name);
});

Deno.test("parseHostName() reports why a name is refused", { permissions }, () => {
  const label =
    "expected labels separated by dots; a label is 1 to 63 letters, digits and hyphens, " +
    "without a hyphen at either end";
  const wildcard =
    'a wildcard must be the whole first label, before at least two others: "*.example.com"';
  const rows: [text: string, reason: string][] = [
    ["", "expected a DNS name or an IP address"],
    ["a/b", label],
    ["../etc", label],
    ["..", label],
    [".", label],
    ["a..b", label],
    ["host.example.", label],
    ["-a", label],
    ["a-", label],
    ["a b", label],
    ["a\nb", label],
    ["a\0b", label],
    ["a".repeat(64), label],
    ["*.a/b.example", label],
    ["https://a.example", label],
    [`${"a.".repeat(126)}aa`, "a DNS name has at most 253 characters"],
    ["*", wildcard],
    ["*.example", wildcard],
    ["a.*.example", wildcard],
    ["a*.example.com", wildcard],
    ["*.*.example.com", wildcard],
    ["1.2.3", "not an IPv4 address"],
    ["1.2.3.4.5", "not an IPv4 address"],
    ["192.0.2.256", "not an IPv4 address"],
    ["192.0.2.01", "not an IPv4 address"],
    ["0x7f.0x1", "not an IPv4 address"],
    ["12345", "not an IPv4 address"],
    ["host:5666", "not an IPv6 address"],
    ["[::1]", "not an IPv6 address"],
    ["fe80::1%eth0", "not an IPv6 address"],
    ["1::2::3", "not an IPv6 address"],
    ["größe.example", 'use its DNS form "xn--gre-6ka8i.example"'],
    ["a\u{0}ö", "not a DNS name"],
  ];
  for (const [text, reason] of rows) {
    assertThrows(
      () => parseHostName(text),
      SyntaxError,
      `Cannot create a certificate for ${JSON.stringify(text)}: ${reason}`,
    );
  }
});

Deno.test("Names of clients and CAs contain no characters with a special meaning", {
  permissions,
}, () => {
  for (const name of ["monitor-1", "007", "a", "ops@example.com", "a..b", "x".repeat(64)]) {
    assertEquals(parseClientName(name), name);
  }
  for (const name of ["", "*", "monitor-*", "a b", "../a", ".a", "-a", "a,CN=b", "x".repeat(65)]) {
    assertThrows(() => parseClientName(name), SyntaxError, "expected 1 to 64 letters, digits");
  }
  for (const name of ["Checkwright CA", 'Größe, "Inc" \\ #1', "#a", "日本"]) {
    assertEquals(parseAuthorityName(name), name);
  }
  for (const name of ["", " ", " a", "a ", "a\nb", "a\u202eb", "x".repeat(65)]) {
    assertThrows(() => parseAuthorityName(name), SyntaxError, "Cannot create a CA named");
  }
});

Deno.test(
  "coversName() ignores case, compares addresses as bytes, matches wildcards to one label",
  {
    permissions,
  },
  () => {
    const names = ["Host.example", "*.Example.com", "192.0.2.1", "2001:db8:0:0:0:0:0:1"];
    for (
      const name of [
        "host.EXAMPLE",
        "a.example.com",
        "192.0.2.1",
        "::ffff:192.0.2.1",
        "2001:DB8::1",
      ]
    ) assertEquals(coversName(names, name), true, name);
    for (const name of ["example.com", "a.b.example.com", "192.0.2.2", "::1", "", "com", "*"]) {
      assertEquals(coversName(names, name), false, name);
    }
  },
);
