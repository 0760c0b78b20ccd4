import { assertEquals, assertThrows } from "@std/assert";
import {
  parseAllowedHost,
  parseAllowedHosts,
  splitAllowedHosts,
} from "../../src/net/allowed_hosts.ts";
import { hostMatcher } from "../../src/net/host_matcher.ts";
import { casesIgnored, readCases } from "../cases.ts";

/** Returns whether a list allows a host; names are not looked up. */
function allows(list: string, host: string): boolean | Promise<boolean> {
  const hosts = splitAllowedHosts(list).flatMap((text) => {
    try {
      return [parseAllowedHost(text)];
    } catch {
      return []; // NRPE logs an invalid entry and uses the others.
    }
  });
  return hostMatcher(hosts, { resolve: () => Promise.resolve([]) }).matches(host);
}

Deno.test(
  "A list of allowed hosts allows its addresses and blocks only",
  { permissions: "none" },
  () => {
    const rows: [list: string, host: string, allowed: boolean][] = [
      ["192.0.2.1", "192.0.2.1", true],
      ["192.0.2.1", "192.0.2.2", false],
      ["192.0.2.1", "::ffff:192.0.2.1", true],
      ["::ffff:192.0.2.1", "192.0.2.1", true],
      ["192.0.2.77/24", "192.0.2.1", true],
      ["192.0.2.77/24", "192.0.3.1", false],
      ["192.0.2.128/25", "192.0.2.127", false],
      ["192.0.2.130/25", "192.0.2.255", true],
      ["192.0.2.1/32", "192.0.2.1", true],
      ["192.0.2.1/32", "192.0.2.0", false],
      ["192.0.2.1/31", "192.0.2.0", true],
      ["0.0.0.0/0", "203.0.113.9", true],
      ["0.0.0.0/0", "::ffff:203.0.113.9", true],
      ["0.0.0.0/0", "2001:db8::1", false],
      ["128.0.0.0/1", "127.255.255.255", false],
      ["128.0.0.0/1", "255.0.0.1", true],
      ["::/0", "2001:db8::1", true],
      ["::/0", "192.0.2.1", false],
      ["::ffff:0:0/96", "192.0.2.1", true],
      ["::ffff:192.0.2.0/120", "192.0.2.200", true],
      ["::ffff:192.0.2.0/120", "192.0.3.200", false],
      ["::ffff:0:0/95", "192.0.2.1", false],
      ["2001:db8::7/127", "2001:db8::6", true],
      ["2001:db8::7/127", "2001:db8::8", false],
      ["2001:DB8:0:0::1/33", "2001:db8:7fff::", true],
      ["2001:db8::/33", "2001:db8:8000::", false],
      ["[2001:db8::1]", "2001:db8::1", true],
      ["[2001:db8::]/32", "2001:db8:1::", true],
      ["localhost", "127.0.0.1", true],
      ["LocalHost.", "::1", true],
      ["localhost", "127.0.0.2", false],
      ["", "127.0.0.1", false],
      [" , 192.0.2.1\t,,", "192.0.2.1", true],
      ["192.0.2.1 192.0.2.2", "192.0.2.1", true],
      ["192.0.2.1 192.0.2.2", "192.0.2.2", false],
      ["*, 192.0.2.1", "192.0.2.1", true],
      ["192.0.2.1", "not an address", false],
      ["192.0.2.1", "", false],
    ];
    for (const [list, host, allowed] of rows) {
      assertEquals(allows(list, host), allowed, `${list} for ${host}`);
    }
  },
);

Deno.test(
  "parseAllowedHost() returns host names for a later lookup",
  { permissions: "none" },
  () => {
    for (
      const text of ["nagios", "Nagios.Example.ORG.", "a-b.c", "my_poller", "1st.example", "x"]
    ) {
      const { name, networks } = parseAllowedHost(` ${text} `);
      assertEquals([name, networks], [text.toLowerCase().replace(/\.$/, ""), []]);
    }
  },
);

Deno.test(
  "parseAllowedHost() reports why an entry is refused",
  { permissions: "none" },
  () => {
    const rows: [text: string, reason: string][] = [
      ["", "expected an address or a host name"],
      ["*", 'wildcards are not supported: use a network such as "10.0.0.0/8"'],
      ["10.0.0.*", 'wildcards are not supported: use a network such as "10.0.0.0/8"'],
      ["10.0.0.1, 10.0.0.2", "expected one host per entry"],
      ["a, b", "expected one host per entry"],
      ["a;b", "expected one host per entry"],
      ["10.0.0", "not an IPv4 address"],
      ["10.0.0.256", "not an IPv4 address"],
      ["127.1", "not an IPv4 address"],
      ["0x7f000001", "not an IPv4 address"],
      ["2130706433", "not an IPv4 address"],
      [
        "010.0.0.1",
        "leading zeros are not allowed in an IPv4 address: some programs read them as octal",
      ],
      ["10.0.0.0/33", 'expected a prefix length of 0 to 32 after "/"'],
      ["10.0.0.0/", 'expected a prefix length of 0 to 32 after "/"'],
      ["10.0.0.0/-1", 'expected a prefix length of 0 to 32 after "/"'],
      ["10.0.0.0/08", 'expected a prefix length of 0 to 32 after "/"'],
      ["10.0.0.0/8/8", 'expected a prefix length of 0 to 32 after "/"'],
      [
        "10.0.0.0/255.0.0.0",
        'netmasks are not supported: use a prefix length such as "10.0.0.0/8"',
      ],
      ["nagios/24", "not an IPv4 address"],
      ["::1/129", 'expected a prefix length of 0 to 128 after "/"'],
      ["::g", "not an IPv6 address"],
      ["[::1", "not an IPv6 address"],
      ["[127.0.0.1]", "not an IPv4 address"],
      ["[::1]:5666", "not an IPv6 address"],
      ["fe80::1%eth0", "zones are not supported: they are valid on one host only"],
      ["-a.example", "expected an address or a valid host name"],
      ["a..b", "expected an address or a valid host name"],
      ["größe.example", "expected an address or a valid host name"],
      [`${"a".repeat(64)}.example`, "expected an address or a valid host name"],
      [`${"a.".repeat(127)}b`, "expected an address or a valid host name"],
    ];
    for (const [text, reason] of rows) {
      const message = `Cannot parse allowed host ${JSON.stringify(text)}: ${reason}`;
      assertEquals(assertThrows(() => parseAllowedHost(text), SyntaxError).message, message);
    }
  },
);

Deno.test("parseAllowedHosts() reports all errors together", { permissions: "none" }, () => {
  const error = assertThrows(
    () => parseAllowedHosts(["127.0.0.1", "*", "::1", "::2::"]),
    AggregateError,
  );
  assertEquals(error.errors.map((one) => one instanceof SyntaxError), [true, true]);
  assertEquals(parseAllowedHosts(["127.0.0.1", "::1"]).map(({ text }) => text), [
    "127.0.0.1",
    "::1",
  ]);
});

interface Row {
  allowed_hosts: string;
  host?: string;
  allowed?: boolean;
  parsed_list?: string[];
}

/** Cases with the result of another program from which ours differs, and why. */
const differs: [applies: (row: Row) => boolean, reason: string][] = [
  [
    ({ allowed_hosts }) => /(^|,)\s*0\.0\.0\.0\/0/.test(allowed_hosts),
    "0.0.0.0/0 allows every IPv4 address; NRPE shifts by 32 bits and allows none",
  ],
  [
    ({ allowed_hosts }) => /(^|[,\s.])0\d/.test(allowed_hosts),
    "a leading zero is refused, since some programs read the number as octal",
  ],
  [
    ({ allowed_hosts }) => splitAllowedHosts(allowed_hosts).some(hasHostBits),
    "host bits may be set; NRPE refuses an IPv4 block with host bits",
  ],
  [
    ({ allowed_hosts, host }) => /::ffff:/i.test(`${allowed_hosts} ${host}`),
    "an IPv4 address mapped into IPv6 counts as IPv4; NRPE's sockets never have such peers",
  ],
];

function hasHostBits(entry: string): boolean {
  const [address = "", prefix = "32"] = entry.split("/");
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return value % 2 ** (32 - Number(prefix)) > 0;
}

Deno.test("Allowed hosts match the shared cases except for the listed differences", {
  permissions: { read: true },
  ignore: casesIgnored,
}, async () => {
  const differing: string[] = [];
  for (const row of readCases<Row>("allowed_hosts")) {
    if (row.parsed_list !== undefined) {
      assertEquals(splitAllowedHosts(row.allowed_hosts), row.parsed_list);
      continue;
    }
    const same = await allows(row.allowed_hosts, row.host!) === row.allowed;
    const reason = differs.find(([applies]) => applies(row))?.[1];
    if (!same && reason === undefined) differing.push(JSON.stringify(row));
  }
  assertEquals(differing, []);
});
