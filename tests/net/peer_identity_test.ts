import { assertEquals } from "@std/assert";
import { formatSubject } from "../../src/net/peer_identity.ts";

Deno.test(
  "formatSubject() escapes values as in RFC 4514, so that a value cannot look like another part",
  {
    permissions: "none",
  },
  () => {
    const rows: [parts: Record<string, string | string[]>, expected: string][] = [
      [{}, ""],
      [{ C: "DE", O: "Ops", CN: "nagios.example" }, "CN=nagios.example,O=Ops,C=DE"],
      [{ O: "Ops, Inc", CN: "a" }, "CN=a,O=Ops\\, Inc"],
      [{ O: "x,CN=admin" }, "O=x\\,CN=admin"],
      [{ O: "x+CN=admin;<>" }, "O=x\\+CN=admin\\;\\<\\>"],
      [{ CN: 'a "quoted" \\ one' }, 'CN=a \\"quoted\\" \\\\ one'],
      [{ CN: " a " }, "CN=\\ a\\ "],
      [{ CN: "#a" }, "CN=\\#a"],
      [{ CN: "a\nb\0" }, "CN=a\\0ab\\00"],
      [{ OU: ["one", "two"], CN: "größe" }, "CN=größe,OU=two,OU=one"],
    ];
    for (const [parts, expected] of rows) assertEquals(formatSubject(parts), expected);
  },
);
