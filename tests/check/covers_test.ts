import { assertEquals } from "@std/assert";
import { covers } from "../../src/check/covers.ts";
import type { Permissions } from "../../src/check/declared_permissions.ts";

type Kind = keyof Permissions;

/** For each granted entry: the entries that it covers, and similar ones that it does not cover. */
const table: [kind: Kind, granted: string, covered: string[], other: string[]][] = [
  ["read", "/etc", ["/etc", "/etc/", "/etc/apt/x", "/etc/./apt", "/etc//apt", "/etc/a/../b"], [
    ...["/", "/etcetera", "/etc/../root", "/etc/../../root", "/usr/etc"],
  ]],
  ["read", "/srv/app/", ["/srv/app", "/srv/app/x"], ["/srv", "/srv/application"]],
  ["read", "/srv/../etc", ["/etc/x"], ["/srv/x"]],
  ["read", "/", ["/", "/etc/shadow"], []],
  ["read", "/srv/*", ["/srv/*/x"], ["/srv/x"]],
  ["write", "/srv/a,b", ["/srv/a,b/c"], ["/srv/a"]],
  ["net", "db.example:5432", ["db.example:5432", "DB.Example:5432", "db.example.:5432"], [
    ...["db.example:5433", "db.example", "db.example:54321", "a.db.example:5432"],
  ]],
  ["net", "DB.example", ["db.example", "db.example:1", "DB.EXAMPLE:65535"], [
    ...["b.example:1", "adb.example:1", "db.example.org:1"],
  ]],
  ["net", "*.example.org", ["a.example.org:1", "a.b.Example.org:2", "example.org:3"], [
    ...["badexample.org:1", "example.org.evil:1", "org:1"],
  ]],
  ["net", "*.example.org:80", ["a.example.org:80"], ["a.example.org:81", "a.example.org"]],
  ["net", "10.0.0.7:6379", ["10.0.0.7:6379"], ["10.0.0.70:6379", "10.0.0.7:637", "110.0.0.7:6379"]],
  ["net", "10.0.0.0/8", ["10.1.2.3:80", "10.255.255.255"], ["11.0.0.1:80", "9.255.255.255:80"]],
  ["net", "10.0.0.0/8:80", ["10.1.2.3:80"], ["10.1.2.3:81"]],
  ["net", "192.168.1.128/25", ["192.168.1.200:1"], ["192.168.1.127:1"]],
  ["net", "[::1]:80", ["[::1]:80", "[0:0:0:0:0:0:0:1]:80"], ["[::1]:81", "[::2]:80", "[::1]"]],
  ["net", "[FE80::A]", ["[fe80::a]:1", "[fe80:0::a]:2"], ["[fe80::b]:1"]],
  ["env", "HOME", ["HOME"], ["home", "HOMEPAGE", "HOM"]],
  ["env", "APP_*", ["APP_", "APP_KEY"], ["APP", "MYAPP_KEY", "app_key"]],
  ["sys", "loadavg", ["loadavg"], ["osUptime"]],
  ["run", "/usr/bin/ps", ["/usr/bin/ps", "/usr/bin//ps", "/usr/bin/../bin/ps"], [
    ...["/bin/ps", "/usr/bin/psql", "/usr/bin/ps/x"],
  ]],
  ["run", "/usr/bin", ["/usr/bin"], ["/usr/bin/ps"]],
];

Deno.test("covers() covers narrower entries only", {
  permissions: "none",
}, () => {
  const own: typeof table = [
    ["proc", "net", ["net", "net/tcp", "net/./tcp"], ["stat", "netlink", "."]],
    ["proc", "stat", ["stat"], ["status", "self/stat"]],
    ["run", "/ps", ["/ps"], ["ps"]],
    ["net", "10.0.0.0/8", ["10.0.0.0/8"], ["11.0.0.0/8", "10.0.0.0/7"]],
    ["net", "0.0.0.0/0", ["255.255.255.255:1"], ["[::1]:1", "any.example:1", "256.1.1.1:1"]],
    ["net", "10.0.0.0/33", ["10.0.0.0/33"], ["10.0.0.0:1"]],
  ];
  for (const [kind, granted, covered, other] of [...table, ...own]) {
    for (const [wanted, expected] of rows(covered, other)) {
      assertEquals(covers(kind, granted, wanted), expected, `${kind} ${granted}: ${wanted}`);
    }
  }
});

for (const [kind, granted, covered, other] of table) {
  Deno.test(`The runtime and covers() agree about ${kind} ${JSON.stringify(granted)}`, {
    permissions: { [kind]: [granted] },
  }, () => {
    for (const [wanted, expected] of rows(covered, other)) {
      const { state } = Deno.permissions.querySync(descriptor(kind, wanted));
      assertEquals(state === "granted", expected, wanted);
    }
  });
}

function rows(covered: string[], other: string[]): [wanted: string, expected: boolean][] {
  return [
    ...covered.map((wanted): [string, boolean] => [wanted, true]),
    ...other.map((wanted): [string, boolean] => [wanted, false]),
  ];
}

function descriptor(kind: Kind, entry: string): Deno.PermissionDescriptor {
  const name = { read: "path", write: "path", net: "host", env: "variable", sys: "kind" };
  return {
    name: kind,
    [name[kind as keyof typeof name] ?? "command"]: entry,
  } as unknown as Deno.PermissionDescriptor;
}
