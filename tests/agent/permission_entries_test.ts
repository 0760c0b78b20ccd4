import { assertEquals } from "@std/assert";
import { createReport } from "../../src/agent/diagnostic.ts";
import { envEntry, netEntry, pathEntry } from "../../src/agent/permission_entries.ts";
import { runToEnd } from "../waiting.ts";

const accepted: Record<string, string[]> = {
  net: [
    ...["host", "host:0", "a.example.:80", "a_b:1", "xn--a:65535", "-x:1", "unix:/x y"],
    ...["10.0.0.7:6379", "10.0.0.0/24", "10.0.0.0/24:80", "[::1]:5", "[::ffff:1.2.3.4]", "1.2.3"],
    `${"b".repeat(63)}.example`,
  ],
  env: ["A", "a-b", "$x", "1"],
  read: ["/", "/a b", "/a:b;c", '/a"b', "/..", "/%20"],
  run: ["/a b", "/bin/true"],
};

const readers = { net: netEntry, env: envEntry, read: pathEntry, run: pathEntry };

Deno.test("The runtime accepts every entry of a permission that the readers accept", async () => {
  for (const [kind, entries] of Object.entries(accepted)) {
    const read = readers[kind as keyof typeof readers];
    assertEquals(entries.map((entry) => read(entry, createReport([]))), entries);
  }
  const flags = Object.entries(accepted).map(([kind, entries]) => `--allow-${kind}=${entries}`);
  const { code, stderr } = await runToEnd(Deno.execPath(), {
    args: ["run", "--no-config", "--quiet", ...flags, "data:text/javascript,"],
  });
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
});

Deno.test("The readers refuse entries that end the runtime at its start, or become several", {
  permissions: "none",
}, () => {
  const refused: Record<string, string[]> = {
    net: [
      ...["a,b", "", "*", "*.example", "a..b:80", ".", "..", ".a", "host:65536", "host:x", ":80"],
      ...["[1:2]:3", "[1.2.3.4]:1", "[abc]:1", "[.]:1", "[::1", "::1", "10.0.0.0/33", "x/24"],
      ...["x".repeat(64), `${"a.".repeat(127)}a`, "unix:x", "vsock:1:1", "http://a", "a b"],
      ...["unix://x", "1.2.3.4.", "1.2.3.4.:80"],
    ],
    env: ["", "A,B", "A=B", "A B", "*", "A*"],
    read: ["", "a", "/a,/b", "/a\nb", "/*"],
    run: ["", "sh", "/bin/echo,/bin/sh"],
  };
  for (const [kind, entries] of Object.entries(refused)) {
    const read = readers[kind as keyof typeof readers];
    assertEquals(entries.filter((entry) => read(entry, createReport([])) !== undefined), [], kind);
  }
});
