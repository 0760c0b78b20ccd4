import { assertEquals } from "@std/assert";
import { formatPermissions, learnPermissions } from "../../src/agent/learned_permissions.ts";
import type { Permissions } from "../../src/check/declared_permissions.ts";

Deno.test(
  "learnPermissions() declares exactly the requested accesses",
  { permissions: "none" },
  () => {
    const rows: [asked: string[], declared: Permissions, beyond?: string[]][] = [
      [[], {}],
      [["read /etc/hosts", "read /etc/../etc/hosts", "read /etc//hosts"], { read: ["/etc/hosts"] }],
      // A folder is declared only if the folder itself is requested.
      [["read /etc/b", "read /etc/a"], { read: ["/etc/a", "/etc/b"] }],
      [["read /etc/b", "read /etc"], { read: ["/etc"] }],
      [["write /srv/x", "read /srv/x"], { read: ["/srv/x"], write: ["/srv/x"] }],
      [["write <TMP>"], { write: ["/tmp"] }],
      [["read relative"], { read: ["/relative"] }],
      [["read /proc/stat", "read /host/proc/net/tcp"], { proc: ["net/tcp", "stat"] }],
      [["read /proc"], {}, ["read /proc"]],
      [["write /proc/self/comm", "read /sys/kernel/x"], {}, [
        "write /proc/self/comm",
        "read /sys/kernel/x",
      ]],
      [["read /dev/null"], { read: ["/dev/null"] }],
      [["net db:1", "net db:1", "net db:2"], { net: ["db:1", "db:2"] }],
      [["net db:1", "net db"], { net: ["db"] }],
      [["net [::1]:1", "net unix:/run/x"], { net: ["[::1]:1", "unix:/run/x"] }],
      [["run /bin/ps", "run ps"], { run: ["/bin/ps"] }, ["run ps"]],
      [["sys loadavg", "env B", "env A"], { env: ["A", "B"], sys: ["loadavg"] }],
    ];
    for (const [asked, permissions, beyond = []] of rows) {
      const accesses = asked.map((one) => {
        const [kind = "", target = ""] = one.split(" ");
        return { kind, target };
      });
      assertEquals(learnPermissions(accesses, "/host/proc"), { permissions, beyond });
    }
  },
);

Deno.test("formatPermissions() returns formatted TypeScript", { permissions: "none" }, () => {
  assertEquals(formatPermissions({}), "permissions: {},");
  assertEquals(
    formatPermissions({ net: ['a"b:1'], read: ["/a", "/b"] }),
    'permissions: {\n  read: ["/a", "/b"],\n  net: ["a\\"b:1"],\n},',
  );
  const long = `/${"x".repeat(40)}`;
  assertEquals(
    formatPermissions({ read: [long, `${long}y`] }),
    `permissions: {\n  read: [\n    "${long}",\n    "${long}y",\n  ],\n},`,
  );
});
