import { assertEquals } from "@std/assert";
import { createReport, type Diagnostic, formatDiagnostic } from "../../src/agent/diagnostic.ts";
import { type Accounts, identify } from "../../src/agent/identify.ts";
import type { ExecIdentity, ExecSettings } from "../../src/agent/manifest.ts";
import { parseGroups, parseUsers } from "../../src/host/accounts.ts";

const users = parseUsers(
  "root:x:0:0::/root:/bin/bash\nnagios:x:102:105::/var/lib/nagios:/usr/sbin/nologin\n",
);
const groups = parseGroups("root:x:0:\nnagios:x:105:\nshadow:x:42:nagios\n");
const nagios = { name: "nagios", home: "/var/lib/nagios", shell: "/usr/sbin/nologin" };
const root = { name: "root", home: "/root", shell: "/bin/bash" };

function identified(
  who: Pick<ExecSettings, "user" | "group">,
  host: Partial<Accounts>,
): [ExecIdentity, ...string[]] {
  const diagnostics: Diagnostic[] = [];
  const accounts = { users, groups, uid: 0, setpriv: true, ...host };
  const exec = { env: {}, cwd: "/", split: true, ...who };
  return [
    identify(exec, accounts, createReport(diagnostics)),
    ...diagnostics.map(formatDiagnostic),
  ];
}

Deno.test("identify() finds the ids, the account and the way to get all groups", {
  permissions: "none",
}, () => {
  const all = { uid: 102, gid: 105, allGroups: true, account: nagios } as const;
  const cases: [Pick<ExecSettings, "user" | "group">, Partial<Accounts>, ExecIdentity][] = [
    // Without another user, the plugin keeps the ids and groups of the daemon.
    [{}, {}, { account: root }],
    [{}, { uid: 102 }, { account: nagios }],
    [{ user: "nagios" }, { uid: 102 }, { account: nagios }],
    [{ user: "102", group: "nagios" }, { uid: 102 }, { account: nagios }],
    [{ user: "root" }, {}, { account: root }],
    // A user of a container without an entry.
    [{}, { uid: 65532 }, { account: { name: "65532", home: "/", shell: "/bin/sh" } }],
    [{ user: "nagios" }, {}, all],
    [{ user: "102" }, {}, all],
    [{ user: "nagios", group: "shadow" }, {}, { ...all, gid: 42 }],
    [{ user: "nagios", group: "42" }, {}, { ...all, gid: 42 }],
    [{ user: "nagios", group: "4711" }, {}, { ...all, gid: 4711 }],
    [{ group: "shadow" }, {}, { gid: 42, account: root }],
    [{ user: "4711", group: "shadow" }, {}, {
      uid: 4711,
      gid: 42,
      account: { name: "4711", home: "/", shell: "/bin/sh" },
    }],
  ];
  for (const [who, host, expected] of cases) {
    assertEquals(identified(who, host), [expected], JSON.stringify([who, host]));
  }
});

Deno.test("identify() reports users and groups that a plugin cannot have", {
  permissions: "none",
}, () => {
  const cases: [Pick<ExecSettings, "user" | "group">, Partial<Accounts>, string][] = [
    [{ user: "eve" }, {}, 'error: user: Unknown user "eve" on this host'],
    [{ group: "wheel" }, {}, 'error: group: Unknown group "wheel" on this host'],
    [{ user: "4711" }, {}, 'error: user: User "4711" is not in /etc/passwd: set its group, too'],
    [
      { user: "nagios" },
      { uid: 1000 },
      'error: user: Cannot run as "nagios": the daemon is not root',
    ],
    [
      { group: "shadow" },
      { uid: 102 },
      'error: group: Cannot run as "shadow": the daemon is not root',
    ],
    [
      { user: "nagios" },
      { setpriv: false },
      'warning: user: Plugins of "nagios" get its primary group only: install /usr/bin/setpriv ' +
      "(util-linux) for its other groups",
    ],
  ];
  for (const [who, host, expected] of cases) {
    const [, ...messages] = identified(who, host);
    assertEquals(messages, [expected]);
  }
});
