/** A change of an agent that needs more access must not pass the comparison with the lock file. */
import { assert, assertEquals } from "@std/assert";
import type { AgentInput } from "../../src/agent/define_agent.ts";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { errorsOf } from "../../src/agent/diagnostic.ts";
import type { Permissions } from "../../src/check/declared_permissions.ts";
import { compareLock } from "../../src/lock/compare_lock.ts";
import { createLock, formatLock, type Lock } from "../../src/lock/lock.ts";
import { parseLock } from "../../src/lock/parse_lock.ts";
import { type CommandSettings, defineAgent, defineCheck, plugin, shell } from "../../src/mod.ts";

type Commands = AgentInput["commands"];

const digest = "ab".repeat(32);

function check(permissions: Permissions, settings: CommandSettings = {}) {
  return defineCheck({ description: "A check", permissions, run: () => "x" })({}, settings);
}

/** The lock as it is read back from its file. */
function lock(commands: Commands, settings: Omit<AgentInput, "commands"> = {}): Lock {
  const { manifest } = describeAgent(defineAgent({ ...settings, commands }));
  return parseLock(formatLock(createLock("agent.ts", manifest)), "permissions.lock.json");
}

/** What a change does, the permissions before it, and the permissions after it. */
const widened: [change: string, was: Permissions, is: Permissions][] = [
  ["reads the folder above", { read: ["/srv/app"] }, { read: ["/srv"] }],
  ["reads the folder above by dots", { read: ["/srv/app"] }, { read: ["/srv/app/.."] }],
  ["leaves a folder by dots", { read: ["/srv/app"] }, { read: ["/srv/app/../../etc/shadow"] }],
  ["leaves a folder by dots in the middle", { read: ["/srv"] }, { read: ["/srv/./a/../../root"] }],
  ["reads a folder whose name begins alike", { read: ["/srv/app"] }, { read: ["/srv/app2"] }],
  ["changes the case of a path", { read: ["/srv/App"] }, { read: ["/srv/app"] }],
  ["writes a letter of another alphabet", { read: ["/srv/app"] }, { read: ["/srv/\u0430pp"] }],
  ["composes a letter in another way", { read: ["/srv/\u00e9"] }, { read: ["/srv/e\u0301"] }],
  ["adds a character of no width", { read: ["/srv/app"] }, { read: ["/srv/app\u200b"] }],
  ["adds a blank", { read: ["/srv/app"] }, { read: ["/srv/app "] }],
  ["escapes a letter as in a URL", { read: ["/srv/app"] }, { read: ["/srv/%61pp"] }],
  ["writes where it reads", { read: ["/srv"] }, { read: ["/srv"], write: ["/srv"] }],
  ["reads where it writes", { write: ["/srv"] }, { write: ["/srv"], read: ["/srv"] }],
  ["writes the folder above", { write: ["/srv/a.json"] }, { write: ["/srv"] }],
  ["connects to another port", { net: ["db:5432"] }, { net: ["db:5433"] }],
  ["connects to all ports", { net: ["db:5432"] }, { net: ["db"] }],
  ["connects to port 0", { net: ["db:5432"] }, { net: ["db:0"] }],
  ["connects to a longer port", { net: ["db:80"] }, { net: ["db:8080"] }],
  ["connects to a subdomain", { net: ["example.org:1"] }, { net: ["a.example.org:1"] }],
  ["connects to the domain above", { net: ["a.example.org:1"] }, { net: ["example.org:1"] }],
  ["connects to a name that ends alike", { net: ["db.org:1"] }, { net: ["evildb.org:1"] }],
  ["connects to a name that begins alike", { net: ["db.org:1"] }, { net: ["db.org.evil:1"] }],
  ["connects to the network", { net: ["10.0.0.7:1"] }, { net: ["10.0.0.0/24:1"] }],
  ["connects to a wider network", { net: ["10.0.0.0/24:1"] }, { net: ["10.0.0.0/8:1"] }],
  ["connects to all addresses", { net: ["10.0.0.0/8"] }, { net: ["0.0.0.0/0"] }],
  ["connects outside of the network", { net: ["10.0.0.0/8"] }, { net: ["11.0.0.1:1"] }],
  ["connects to a name like a network", { net: ["10.0.0.0/8"] }, { net: ["10.0.0.1.nip.io:1"] }],
  ["connects to the same host by IPv6", { net: ["127.0.0.1:1"] }, { net: ["[::1]:1"] }],
  ["connects to a mapped address", { net: ["10.0.0.0/8"] }, { net: ["[::ffff:10.0.0.1]:1"] }],
  ["uses a socket in another folder", { net: ["unix:/run/a/s"] }, { net: ["unix:/run/b/s"] }],
  [
    "uses a socket whose path differs in case",
    { net: ["unix:/run/App.sock"] },
    { net: ["unix:/run/app.sock"] },
  ],
  [
    "uses a socket whose path ends with a dot",
    { net: ["unix:/run/app.sock"] },
    { net: ["unix:/run/app.sock."] },
  ],
  [
    "uses a socket whose path ends like a port",
    { net: ["unix:/run/app"] },
    { net: ["unix:/run/app:1"] },
  ],
  ["reads another variable", { env: ["APP"] }, { env: ["APP_KEY"] }],
  ["reads a variable in another case", { env: ["path"] }, { env: ["PATH"] }],
  ["reads other facts of the system", { sys: ["uid"] }, { sys: ["gid"] }],
  ["starts a program by another path", { run: ["/bin/ps"] }, { run: ["/usr/bin/ps"] }],
  ["starts another program by dots", { run: ["/bin/ps"] }, { run: ["/bin/ps/../sh"] }],
  ["starts a program below a path", { run: ["/opt/tools"] }, { run: ["/opt/tools/sh"] }],
  ["reads another file of procfs", { proc: ["stat"] }, { proc: ["self/stat"] }],
  ["reads a folder of procfs", { proc: ["net/tcp"] }, { proc: ["net"] }],
  ["reads all of procfs", { proc: ["net/tcp"] }, { proc: ["."] }],
  ["reads a file as file of procfs", { read: ["/srv/stat"] }, { proc: ["stat"] }],
];

const c = check({});

/** What a change does, the agent before it, and the agent after it. */
const changed: [change: string, was: AgentInput, is: AgentInput][] = [
  ["adds a command like another", { commands: { check_a: c } }, {
    commands: { "check_\u0430": check({ env: ["A"] }) },
  }],
  ["adds the command __proto__", { commands: { c } }, {
    commands: { c, ["__proto__"]: check({ env: ["A"] }) },
  }],
  ["adds the command toString", { commands: { c } }, {
    commands: { c, toString: check({ env: ["A"] }) },
  }],
  ["gives a command the access of another", {
    commands: { a: check({ read: ["/a"] }), b: check({ read: ["/b"] }) },
  }, { commands: { a: check({ read: ["/b"] }), b: check({ read: ["/a"] }) } }],
  ["replaces the self check", { commands: { c } }, {
    commands: { c, check_agent: check({ read: ["/"] }) },
  }],
  ["marks a check as part of the daemon", { commands: { c } }, {
    commands: { c, evil: { ...check({ read: ["/"] }), builtIn: true } as never },
  }],
  ["replaces a check by a plugin", { commands: { c } }, { commands: { c: plugin(["/bin/id"]) } }],
  ["replaces a plugin by a shell line", { commands: { c: plugin(["/bin/sh"]) } }, {
    commands: { c: shell("/bin/sh") },
  }],
  ["starts another plugin by dots", { commands: { c: plugin(["/opt/p"]) } }, {
    commands: { c: plugin(["/opt/p/../../bin/sh"]) },
  }],
  ["starts a plugin as root", { commands: { c: plugin(["/opt/p"]) } }, {
    commands: { c: plugin(["/opt/p"], { user: "root" }) },
  }],
  ["starts a plugin as user 0", { commands: { c: plugin(["/opt/p"], { user: "1000" }) } }, {
    commands: { c: plugin(["/opt/p"], { user: 0 as never }) },
  }],
  ["starts a plugin in another group", { commands: { c: plugin(["/opt/p"]) } }, {
    commands: { c: plugin(["/opt/p"], { group: "docker" }) },
  }],
  ["pins another executable", { commands: { c: plugin(["/opt/p"], { sha256: digest }) } }, {
    commands: { c: plugin(["/opt/p"], { sha256: "cd".repeat(32) }) },
  }],
  ["adds a blank to a shell line", { commands: { c: shell("df") } }, {
    commands: { c: shell("df ") },
  }],
  ["hides a part of a shell line", { commands: { c: shell("df # \u202e") } }, {
    commands: { c: shell("df # \u202e;id") },
  }],
  ["adds an argument of the prefix", {
    commands: { c: plugin(["/p"]) },
    pluginPrefix: ["/s", "-n"],
  }, {
    commands: { c: plugin(["/p"]) },
    pluginPrefix: ["/s", "-n", "-u"],
  }],
  ["accepts arguments by default", { commands: { c } }, { commands: { c }, acceptArguments: true }],
  ["accepts arguments of a command", { commands: { c } }, {
    commands: { c: check({}, { acceptArguments: true }) },
  }],
  ["allows all hosts", { commands: { c } }, { commands: { c }, allowedHosts: ["0.0.0.0/0"] }],
  ["allows all hosts by IPv6", { commands: { c } }, { commands: { c }, allowedHosts: ["::/0"] }],
  ["allows a name", { commands: { c } }, { commands: { c }, allowedHosts: ["evil.example"] }],
  ["allows a wider network", { commands: { c }, allowedHosts: ["10.0.0.0/16"] }, {
    commands: { c },
    allowedHosts: ["10.0.0.0/8"],
  }],
  ["listens on all addresses", { commands: { c } }, { commands: { c }, listen: "0.0.0.0:5666" }],
  ["listens on a second address", { commands: { c } }, {
    commands: { c },
    listen: ["127.0.0.1:5666", "[::]:5667"],
  }],
  ["serves plain text", { commands: { c } }, { commands: { c }, tls: false }],
  ["allows shell lines of hosts", { commands: { c } }, { commands: { c }, hostShell: true }],
  ["reads other files as procfs", { commands: { c: check({ proc: ["stat"] }) } }, {
    commands: { c: check({ proc: ["stat"] }) },
    procfs: "/srv/secrets",
  }],
  ["moves procfs by dots", {
    commands: { c: check({ proc: ["stat"] }) },
    procfs: "/host/proc",
  }, { commands: { c: check({ proc: ["stat"] }) }, procfs: "/host/proc/../../srv/secrets" }],
];

Deno.test("A lock file grants no change of an agent that needs more access", {
  permissions: "none",
}, async (t) => {
  const rows = [
    ...widened.map(([change, was, is]): typeof changed[number] => [
      change,
      { commands: { c: check(was) } },
      { commands: { c: check(is) } },
    ]),
    ...changed,
  ];
  assert(rows.length > 70);
  for (const [change, was, is] of rows) {
    await t.step(`A change that ${change} is found`, () => {
      const { diagnostics } = describeAgent(defineAgent(is));
      assertEquals(errorsOf(diagnostics), []);
      const [before, after] = [was, is].map(({ commands, ...settings }) =>
        lock(commands, settings)
      );
      assertEquals(compareLock(before!, before!).more, []);
      assert(compareLock(before!, after!).more.length > 0);
    });
  }
});

/** Entries that mean more than they show, or that the runtime reads in another way. */
const invalid: [kind: keyof Permissions, ...entries: string[]][] = [
  [
    "read",
    "",
    " ",
    ".",
    "~",
    "~/x",
    "srv",
    "../x",
    "/srv/*",
    "*",
    "/a,/b",
    "/a\n/b",
    "/a\x00",
    "/a\x85",
  ],
  ["write", "file:///srv", "/srv/*", "/a,/", "/a\r"],
  [
    "net",
    "*",
    "*.org",
    "a:b",
    "a:99999",
    "a:1:2",
    "a,b",
    "http://a",
    "a/b",
    "a@b",
    "a b",
    "\u0430.org",
  ],
  [
    "net",
    "10.0.0.0/33",
    "10.0.0.0/",
    "[::1",
    "::1",
    "[::1]x",
    "unix:",
    "unix:a",
    "unix://a",
    "[fe80::1%eth0]:1",
  ],
  ["env", "*", "A*", "", "A B", "A=B", "A,B", "A\n"],
  ["sys", "*", "all", "", "UID", "uid,gid"],
  ["run", "*", "sh", "", "./sh", "~/sh", "/bin/*", "/bin/a,/bin/sh"],
  ["proc", "", "/etc/shadow", "../etc/shadow", "a/../../etc", "*", "net/*", "a,b"],
];

Deno.test("An entry of a permission cannot mean more than it shows", {
  permissions: "none",
}, async (t) => {
  for (const [kind, ...entries] of invalid) {
    for (const entry of entries) {
      await t.step(`${kind} ${JSON.stringify(entry)} is an error`, () => {
        const agent = defineAgent({ commands: { c: check({ [kind]: [entry] }) } });
        assert(errorsOf(describeAgent(agent).diagnostics).length > 0);
      });
    }
  }
});
