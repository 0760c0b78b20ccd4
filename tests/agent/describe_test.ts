import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { formatDiagnostic } from "../../src/agent/diagnostic.ts";
import {
  defineAgent,
  defineCheck,
  ok,
  option,
  type Permissions,
  plugin,
  shell,
} from "../../src/mod.ts";

const queue = defineCheck({
  description: "Jobs in the queue",
  options: {
    warning: option.range({ short: "w", description: "Warn outside" }),
    host: option.text({ description: "Where", default: "127.0.0.1" }),
  },
  permissions: ({ host }) => ({ net: [`${host}:6379`] }),
  run: () => ok("empty"),
});

function diagnosticsOf(input: unknown, host = {}): string[] {
  return describeAgent(input, host).diagnostics.map(formatDiagnostic);
}

Deno.test("describeAgent() turns an agent into plain data", { permissions: "none" }, () => {
  const { manifest, diagnostics } = describeAgent(defineAgent({
    listen: ["127.0.0.1", "[::1]:5667"],
    timeout: "30s",
    limits: { query: "5s" },
    commands: {
      check_queue: queue({ warning: { start: 0, end: Infinity, inside: false } }, {
        timeout: "5s",
        cache: "1m",
      }),
      check_other: queue,
      check_raid: plugin(["/bin/true", "$ARG1$"], { acceptArguments: true }),
      check_shell: shell("true"),
      check_deploy: () => ok("live"),
    },
  }));
  assertEquals(diagnostics, []);
  assertEquals(JSON.parse(JSON.stringify(manifest)).commands.check_queue.values, { warning: "0:" });
  const { check_queue, check_other, check_raid, check_deploy } = manifest.commands;
  assertEquals(manifest.settings.listen, [{ hostname: "127.0.0.1", port: 5666 }, {
    hostname: "::1",
    port: 5667,
  }]);
  assertEquals([check_queue!.timeout, check_queue!.cache, check_other!.timeout], [5, 60, 30]);
  assertEquals([manifest.settings.limits.query, manifest.settings.limits.handshake], [5, 10]);
  assertEquals(check_queue?.kind === "check" && check_queue.permissions, {
    net: ["127.0.0.1:6379"],
  });
  assertEquals([check_raid!.acceptArguments, check_other!.acceptArguments], [true, false]);
  assertEquals(check_deploy!.kind, "check");
});

Deno.test("describeAgent() warns of commands of clients that do not exist", {
  permissions: "none",
}, () => {
  const tls = { clientCertificates: "require", ca: "/etc/checkwright/ca.pem" } as const;
  const commands = ["check_*", "check_agent", "check_qeue", "other"];
  const agent = defineAgent({
    commands: { check_queue: queue },
    tls,
    clients: [{ subject: "CN=a", commands }],
  });
  assertEquals(diagnosticsOf(agent), [
    'warning: clients[0].commands[2]: No command has the name "check_qeue"; did you mean "check_queue"?',
    'warning: clients[0].commands[3]: No command has the name "other"',
  ]);
});

Deno.test("describeAgent() reports all errors at once, each with its place", {
  permissions: "none",
}, () => {
  const agent = {
    kind: "agent",
    listen: "127.0.0.1:99999",
    allowedHosts: ["127.0.0.1", "10.0.0.0/33", 7],
    timeout: "soon",
    limits: { connections: 0, speed: 9 },
    tls: { cert: "/c.pem", clientCertificates: "require" },
    clients: [{ subject: "CN=x" }],
    frobnicate: true,
    commands: {
      check_queue: queue({ warning: "10:5", hots: "x" } as never, { timeout: "-1s" } as never),
      "bad!name": queue,
      check_plugin: plugin(["relative/path", "a\0b"], {
        sha256: "beef",
        env: { LD_PRELOAD: "/x" },
      }),
      check_shell: shell("ls $ARG1$"),
      check_nothing: 42,
      check_letters: defineCheck({
        description: "",
        options: {
          one: option.flag({ short: "x", description: "one" }),
          two: option.flag({ short: "x", description: "two" }),
        },
        permissions: { read: ["relative"], proc: ["../etc/passwd"], everything: ["*"] } as never,
        run: () => "",
      }),
      check_throws: defineCheck({
        description: "",
        permissions: () => {
          throw new Error("no idea");
        },
        run: () => "",
      }),
    },
  };
  const errors = diagnosticsOf(agent);
  const places = errors.map((error) => error.split(": ")[1]);
  assertEquals(
    places,
    [
      "listen",
      "allowedHosts[1]",
      "allowedHosts[2]",
      "clients[0]",
      "timeout",
      "limits.connections",
      "limits.speed",
      "frobnicate",
      "tls.cert",
      "tls.clientCertificates",
      "commands.check_queue.options.hots",
      "commands.check_queue.options.warning",
      "commands.check_queue.timeout",
      'commands."bad!name"',
      "commands.check_plugin.argv[1]",
      "commands.check_plugin.argv[0]",
      "commands.check_plugin.env.LD_PRELOAD",
      "commands.check_plugin.sha256",
      "commands.check_shell.line",
      "commands.check_nothing",
      "commands.check_letters.options.two",
      "commands.check_letters.permissions.read[0]",
      "commands.check_letters.permissions.proc[0]",
      "commands.check_letters.permissions.everything",
      "commands.check_throws.permissions",
    ].sort((a, b) => places.indexOf(a) - places.indexOf(b)),
  );
  assertEquals(errors.filter((error) => error.includes("\n")), []);
});

Deno.test(
  "describeAgent() refuses a value that is not an agent; the error mentions defineAgent()",
  {
    permissions: "none",
  },
  () => {
    for (const value of [undefined, null, 42, "agent", () => {}, {}]) {
      assertEquals(diagnosticsOf(value).length, 1, String(value));
      assertEquals(diagnosticsOf(value)[0]!.includes("defineAgent()"), true);
    }
    assertEquals(diagnosticsOf({ commands: {} }), [
      "warning: commands: No commands: the agent answers only check_agent, unless settings add plugins",
    ]);
  },
);

Deno.test("v2 has defaults, and the host overrides it key by key", { permissions: "none" }, () => {
  const commands = { a: shell("true") };
  const v2Of = (input: object, host = {}) =>
    describeAgent(defineAgent({ commands, ...input }), host).manifest.settings.v2;
  assertEquals(v2Of({}), { payload: 1024, packets: "one" });
  assertEquals(v2Of({ v2: { payload: 4096 } }), { payload: 4096, packets: "one" });
  assertEquals(v2Of({ v2: { payload: 4096 } }, { v2: { packets: "many" } }), {
    payload: 4096,
    packets: "many",
  });
  assertEquals(diagnosticsOf({ commands, v2: { payload: 4, packets: "all" } }), [
    "error: v2.payload: Invalid value 4: expected a whole number from 64 to 65536",
    'error: v2.packets: Invalid value "all": expected "one" or "many"',
  ]);
});

Deno.test("Host settings override those of the agent, key by key in tls and limits", {
  permissions: "none",
}, () => {
  const agent = defineAgent({
    timeout: "10s",
    limits: { query: "1s", response: "1s" },
    commands: { a: queue },
  });
  const { settings } =
    describeAgent(agent, { timeout: "20s", limits: { query: "2s" }, tls: false }).manifest;
  assertEquals([settings.timeout, settings.limits.query, settings.limits.response, settings.tls], [
    20,
    2,
    1,
    false,
  ]);
  assertEquals(diagnosticsOf(agent, { timeout: 5 }), [
    'error: timeout: Invalid value 5: expected a duration such as "5s" or "2m"',
  ]);
});

Deno.test("describeAgent() warns of permissions that are very broad", {
  permissions: "none",
}, () => {
  const check = defineCheck({
    description: "Too much",
    permissions: {
      read: ["/", "/etc/motd"],
      net: [
        ...["example.com", "example.com:80", "10.0.0.0/8:80"],
        ...["unix:/run/app.sock", "unix:/var/run/docker.sock"],
      ],
      sys: ["loadavg", "setPriority"],
      run: ["/bin/sh", "/usr/bin/python3", "/usr/bin/ps"],
    },
    run: () => "",
  });
  assertEquals(diagnosticsOf(defineAgent({ commands: { check } })), [
    'warning: commands.check.permissions.read: "/" allows the whole file system',
    'warning: commands.check.permissions.net: "example.com" allows any port of that host',
    'warning: commands.check.permissions.net: "10.0.0.0/8:80" allows a whole network',
    'warning: commands.check.permissions.net: "unix:/var/run/docker.sock" can control the host',
    'warning: commands.check.permissions.sys: "setPriority" can slow down any process',
    'warning: commands.check.permissions.run: "/bin/sh" can start any other program',
    'warning: commands.check.permissions.run: "/usr/bin/python3" can start any other program',
    'warning: commands.check.permissions.net: A Unix socket also needs write permission for "/run/app.sock"',
    'warning: commands.check.permissions.net: A Unix socket also needs write permission for "/var/run/docker.sock"',
  ]);
});

Deno.test("describeAgent() refuses entries that the runtime would read as something else", {
  permissions: "none",
}, () => {
  const wildcard = "wildcards are not supported, list each entry";
  const host = 'expected HOST, HOST:PORT or unix:PATH, such as "10.0.0.7:6379"';
  const path = "expected an absolute path without commas or control characters";
  const cases: [kind: keyof Permissions, entry: string, expected?: string][] = [
    ["net", "*", wildcard],
    ["net", "*:443", wildcard],
    ["net", "*.example.com", wildcard],
    ["net", "a,b", host],
    ["net", "http://example.com", host],
    ["net", "example.com:99999", host],
    ["net", "example.com:", host],
    ["net", "::1", host],
    ["net", "vsock:1:2", host],
    ["net", "a b", host],
    ["net", "[::1]:80"],
    ["net", "10.0.0.7:6379"],
    ["net", "my_host.example-1.com"],
    ["net", "unix:/run/x.sock"],
    ["env", "*", wildcard],
    ["env", "AWS_*", wildcard],
    ["env", "A,B", "expected the name of an environment variable"],
    ["env", "A=B", "expected the name of an environment variable"],
    ["env", "HOME"],
    ["sys", "*", wildcard],
    ["sys", "loadaverage", "expected one of cpus, "],
    ["sys", "loadavg"],
    ["read", "/var/*", wildcard],
    ["read", "/a,/b", path],
    ["read", "/a\nb", path],
    ["read", "relative", path],
    ["write", "/a b"],
    ["run", "ps", path],
    ["run", "/bin/*", wildcard],
    ["proc", "net/*", "expected a path below /proc"],
    ["proc", "stat,net", "expected a path below /proc"],
    ["proc", "net/tcp"],
  ];
  for (const [kind, entry, expected] of cases) {
    const check = defineCheck({
      description: "Declares",
      permissions: { [kind]: [entry] },
      run: () => "",
    });
    const errors = diagnosticsOf(defineAgent({ commands: { check } }))
      .filter((line) => line.startsWith("error"));
    const name = `${kind} ${entry}`;
    assertEquals(errors.length, expected === undefined ? 0 : 1, `${name}: ${errors}`);
    if (expected !== undefined) assertStringIncludes(errors[0]!, expected, name);
  }
});

Deno.test("describeAgent() reports options whose values from arguments are refused", {
  permissions: "none",
}, () => {
  const description = "A value";
  const busy = defineCheck({
    description: "A check whose permissions depend on its options",
    options: {
      warning: option.range({ short: "w", description }),
      cpus: option.flag({ description }),
      mode: option.oneOf({ description, values: ["quick", "whole"], default: "quick" }),
      list: option.integer({ description, default: 0, max: 9 }),
      port: option.integer({ description, default: 80, min: 1, max: 65535 }),
      path: option.list({ description, default: "/srv" }),
      host: option.text({ description, pattern: /[\w.]+/, default: "192.0.2.1" }),
    },
    permissions: ({ cpus, mode, list, port, path, host }) => ({
      sys: cpus ? ["cpus"] : [],
      run: list > 0 ? ["/bin/ps"] : [],
      read: mode === "whole" ? ["/etc", ...path] : path,
      net: [`${host}:${port}`],
    }),
    run: () => ok("idle"),
  });
  const place = "commands.busy.acceptArguments";
  const reason = "Arguments cannot extend permissions. Arguments that set these options are " +
    "refused if they need more than the values in the agent";
  const accepting = { acceptArguments: true };
  const part = (needs: string) => ({ needs, partly: true });
  const whole = (needs: string) => ({ needs, partly: false });
  const rows: [command: unknown, refused: unknown, list: string][] = [
    [
      busy({}, accepting),
      {
        cpus: whole('sys "cpus"'),
        mode: whole('read "/etc"'),
        list: whole('run "/bin/ps"'),
        port: part("net"),
        path: part("read"),
        host: part("net"),
      },
      'cpus (sys "cpus"), mode (read "/etc"), list (run "/bin/ps")',
    ],
    [
      busy({ cpus: true, mode: "whole", list: 1, path: "/" }, accepting),
      { port: part("net"), host: part("net") },
      "",
    ],
    [busy({}), undefined, ""],
  ];
  for (const [command, refused, list] of rows) {
    const { manifest, diagnostics } = describeAgent({ commands: { busy: command } });
    const described = manifest.commands.busy;
    assertEquals(described?.kind === "check" && described.refused, refused);
    const warnings = diagnostics.map(formatDiagnostic).filter((line) => line.includes(place));
    assertEquals(warnings, list === "" ? [] : [`warning: ${place}: ${reason}: ${list}`]);
  }
  const open = defineCheck({
    description: "A check that needs a host",
    options: { host: option.text({ description }) },
    permissions: ({ host }) => ({ net: host === undefined ? [] : [`${host}:80`] }),
    run: () => ok("up"),
  });
  assertEquals(diagnosticsOf({ commands: { busy: open({}, accepting) } }), [
    `warning: ${place}: ${reason}: host (net)`,
  ]);
  const fixed = defineCheck({ ...busy.definition, permissions: { sys: ["loadavg"] } });
  assertEquals(diagnosticsOf({ commands: { fixed: fixed({}, accepting) } }), []);
});

Deno.test("describeAgent() reports the warnings of a check about its option values", {
  permissions: "none",
}, () => {
  const limited = defineCheck({
    description: "A check that inspects its values",
    options: { limit: option.integer({ description: "The limit", default: 5 }) },
    inspect({ limit }, { acceptArguments }) {
      if (limit < 0) throw new RangeError("negative");
      return limit > 9 && !acceptArguments ? [`Cannot alert: the limit is ${limit}`] : [];
    },
    run: () => ok("below"),
  });
  const at = "commands.limited.options";
  const rows: [command: unknown, expected: string[]][] = [
    [limited, []],
    [limited({ limit: 10 }), [`warning: ${at}: Cannot alert: the limit is 10`]],
    [limited({ limit: 10 }, { acceptArguments: true }), []],
    [limited({ limit: -1 }), [`error: ${at}: Cannot inspect the options: "negative"`]],
    [limited({ limit: "x" as never }), [
      `error: ${at}.limit: Invalid value "x": expected a number`,
    ]],
  ];
  for (const [command, expected] of rows) {
    assertEquals(diagnosticsOf({ commands: { limited: command } }), expected);
  }
});

Deno.test("describeAgent() warns of thresholds that cannot be intended", {
  permissions: "none",
}, () => {
  const run = () => ok("fine");
  const usual = defineCheck({ description: "A", options: option.thresholds("the length"), run });
  const labels = ["used", "inodes"];
  const labelled = defineCheck({
    description: "B",
    options: option.thresholds("the space", { kind: "percentRange", labels, critical: "90%" }),
    run,
  });
  const alone = defineCheck({ ...usual.definition, alertsWithoutThresholds: true });
  const sizes = defineCheck({
    description: "C",
    options: {
      sizeWarning: option.bytesRange({ description: "Size" }),
      sizeCritical: option.bytesRange({ description: "Size" }),
      Warning: option.number({ description: "Another kind" }),
      Critical: option.number({ description: "Another kind" }),
    },
    run,
  });
  const never =
    'The command can never alert: set "warning" or "critical", or acceptArguments: true';
  const beyond = (warning: string, critical: string) =>
    `The threshold "${warning}" has no effect, because "${critical}" alerts first: ` +
    `exchange them, or omit "${warning}"`;
  const rows: [command: unknown, expected: string[]][] = [
    [usual, [never]],
    [usual({}, { acceptArguments: true }), []],
    [usual({ warning: 5 }), []],
    [alone, []],
    [usual({ warning: 10, critical: 5 }), [beyond("warning", "critical")]],
    [usual({ warning: 10, critical: 5 }, { acceptArguments: true }), [
      beyond("warning", "critical"),
    ]],
    [labelled, []],
    [labelled({ warning: "inodes=95%" }), [beyond("warning", "critical")]],
    [labelled({ warning: "inodes=85%" }), []],
    [sizes({ sizeWarning: "2G", sizeCritical: "1G" }), [beyond("sizeWarning", "sizeCritical")]],
    [sizes({ Warning: 2, Critical: 1 }), []],
  ];
  for (const [command, expected] of rows) {
    const lines = expected.map((line) => `warning: commands.check.options: ${line}`);
    assertEquals(diagnosticsOf({ commands: { check: command } }), lines);
  }
});

Deno.test("describeAgent() reports invalid labels of an option", { permissions: "none" }, () => {
  const description = "Thresholds";
  const check = (labels: readonly string[], per?: string) =>
    defineCheck({
      description,
      options: { limit: { ...option.range({ description, labels }), ...(per && { per }) } },
      run: () => ok("fine"),
    });
  const rows: [labels: readonly string[], error: string][] = [
    [[], "Invalid labels []: expected a list of names"],
    ["a" as never, 'Invalid labels "a": expected a list of names'],
    [["a", "a"], 'Duplicate label "a"'],
    ...["*", "", " a", "a=b", "a,b", 5 as never].map((label): [string[], string] => [
      ["ok", label],
      `Invalid label ${JSON.stringify(label)}: expected a name without "=" and ","`,
    ]),
  ];
  const at = "error: commands.check.options.limit";
  for (const [labels, error] of rows) {
    assertEquals(diagnosticsOf({ commands: { check: check(labels) } }), [`${at}: ${error}`]);
  }
  assertEquals(diagnosticsOf({ commands: { check: check(["a"], "list") } }), [
    `${at}: An option with labels cannot have a value for each item of a list`,
  ]);
  assertEquals(diagnosticsOf({ commands: { check: check(["a b", "/srv"]) } }), []);
});

Deno.test("describeAgent() does not warn of a missing procfs if the check works without it", {
  permissions: "none",
}, () => {
  const base = { description: "A", permissions: { proc: ["stat"] }, run: () => ok("a") };
  const lines = (procIsOptional: boolean) =>
    diagnosticsOf({ commands: { stat: defineCheck({ ...base, procIsOptional }) } });
  assertEquals(lines(false).length, 1);
  assertEquals(lines(true), []);
});

Deno.test("describeAgent() adds permissions for arguments only if the agent accepts them", {
  permissions: "none",
}, () => {
  const scaled = defineCheck({
    description: "A check that declares what arguments may need",
    options: { percpu: option.flag({ description: "Divide" }) },
    permissions: ({ percpu }, { acceptArguments }) => ({
      sys: percpu || acceptArguments ? ["cpus", "loadavg"] : ["loadavg"],
    }),
    run: () => ok("idle"),
  });
  const accepting = { acceptArguments: true };
  const byHost = { commands: { scaled: accepting } };
  type Host = Record<string, unknown>;
  type Case = [agent: object, command: object, host: Host, sys: string[], refused: string[]];
  const both = ["cpus", "loadavg"];
  const cases: Case[] = [
    [{}, {}, {}, ["loadavg"], []],
    [{}, accepting, {}, both, []],
    [accepting, {}, {}, both, []],
    [accepting, { acceptArguments: false }, {}, ["loadavg"], []],
    // Settings of the host cannot extend the permissions that were compiled.
    [{}, {}, byHost, ["loadavg"], ["percpu"]],
    [{}, {}, accepting, ["loadavg"], ["percpu"]],
    [accepting, {}, { acceptArguments: false }, both, []],
  ];
  for (const [agent, settings, host, sys, refused] of cases) {
    const { manifest } = describeAgent(
      { ...agent, commands: { scaled: scaled({}, settings) } },
      host,
    );
    const command = manifest.commands.scaled;
    if (command?.kind !== "check") throw new TypeError("Missing check");
    assertEquals(command.permissions.sys, sys);
    assertEquals(Object.keys(command.refused ?? {}), refused);
  }
});

Deno.test("describeAgent() refuses paths that the runtime never grants", {
  permissions: "none",
}, () => {
  const errorsFor = (permissions: Permissions) => {
    const check = defineCheck({ description: "x", permissions, run: () => "" });
    return diagnosticsOf(defineAgent({ commands: { check } }));
  };
  const refused = (kind: string, path: string) => [
    `error: commands.check.permissions.${kind}: Cannot grant "${path}": the runtime refuses paths ` +
    "below /proc, /sys and /dev; declare files below /proc as permissions.proc",
  ];
  for (const path of ["/dev/shm", "/proc/stat", "/sys", "/run/../proc", "//dev/sda"]) {
    assertEquals(errorsFor({ read: [path] }), refused("read", path));
    assertEquals(errorsFor({ write: [path] }), refused("write", path));
  }
  for (const path of ["/dev/null", "/proc/pressure/cpu", "/device", "/run/proc"]) {
    assertEquals(errorsFor({ read: [path] }), []);
  }
});

Deno.test("A Unix socket needs read, write and net permission, and the missing ones are reported", {
  permissions: "none",
}, () => {
  const net = ["unix:/run/app/x.sock"];
  const warnings = (permissions: Permissions) => {
    const check = defineCheck({ description: "x", permissions, run: () => "" });
    return diagnosticsOf(defineAgent({ commands: { check } }));
  };
  const lacks = (what: string) => [
    `warning: commands.check.permissions.net: A Unix socket also needs ${what} permission for ` +
    '"/run/app/x.sock"',
  ];
  assertEquals(warnings({ net }), lacks("read and write"));
  assertEquals(warnings({ net, read: ["/run/app"] }), lacks("write"));
  assertEquals(warnings({ net, read: ["/run/app"], write: ["/run/app/x.sock"] }), []);
});

Deno.test("The settings of a host complete an agent without commands", {
  permissions: "none",
}, () => {
  const { manifest, diagnostics } = describeAgent(defineAgent({ commands: {} }), {
    commands: { a: { plugin: ["/bin/true"] } },
  });
  assertEquals([Object.keys(manifest.commands), diagnostics], [["a", "check_agent"], []]);
});

Deno.test("Values that become permissions are refused if they contain a comma or a line break", {
  permissions: "none",
}, () => {
  const commands = { a: queue };
  const where = "expected an absolute path without commas or control characters";
  for (
    const [host, place] of [
      [{ state: "/a,b" }, "state"],
      [{ procfs: "/a,b" }, "procfs"],
      [{ procfs: "/a\nb" }, "procfs"],
      [{ pluginPrefix: ["/a,b"] }, "pluginPrefix[0]"],
      [{ commands: { m: { plugin: ["/a,b"] } } }, "commands.m.argv[0]"],
    ] as const
  ) {
    const [message, ...more] = diagnosticsOf(defineAgent({ commands }), host);
    assertEquals(more, []);
    assert(message!.startsWith(`error: ${place}: Invalid value `), message);
    assert(message!.endsWith(where), message);
  }
  assertEquals(
    diagnosticsOf(defineAgent({ commands }), { tls: { cert: "/a,b", key: "k,", ca: "c,\n" } }),
    [["cert", "/a,b"], ["key", "k,"], ["ca", "c,\n"]].map(([name, value]) =>
      `error: tls.${name}: Invalid value ${
        JSON.stringify(value)
      }: expected a path without commas or control characters`
    ),
  );
});

Deno.test("Files of the daemon itself are not in folders that the runtime cannot read", {
  permissions: "none",
}, () => {
  const refused = (place: string, path: string) =>
    `error: ${place}: Invalid value "${path}": expected a path outside /dev, /proc and /sys, where ` +
    "the runtime cannot read files";
  const host = { state: "/dev/shm/x", tls: { cert: "/proc/1/x", key: "/sys/../dev/k", ca: "a" } };
  assertEquals(diagnosticsOf(defineAgent({ commands: { a: queue } }), host), [
    refused("state", "/dev/shm/x"),
    refused("tls.cert", "/proc/1/x"),
    refused("tls.key", "/sys/../dev/k"),
  ]);
});

Deno.test("listen refuses addresses on which no daemon can listen", {
  permissions: "none",
}, () => {
  const errorsOf = (listen: string) =>
    diagnosticsOf(defineAgent({ commands: { a: queue }, allowedHosts: ["::/0"] }), { listen })
      .filter((line) => line.startsWith("error"));
  for (const address of ["[fe80::1]:5666", "[febf::1]", "fe80::1"]) {
    assertEquals(errorsOf(address), [
      `error: listen: Cannot listen on "${address}": a link-local address needs a network ` +
      "interface, which settings cannot name",
    ]);
  }
  for (const address of ["224.0.0.1:5666", "255.255.255.255", "[ff02::1]:5666"]) {
    assertEquals(errorsOf(address), [
      `error: listen: Cannot listen on "${address}": it is not the address of one host`,
    ]);
  }
  for (const address of ["169.254.0.1:5666", "[fec0::1]:5666", "[::]:5666", ":5666", "localhost"]) {
    assertEquals(errorsOf(address), []);
  }
});

Deno.test("The state directory is a folder of the daemon's own", { permissions: "none" }, () => {
  const errorsOf = (state: string) =>
    diagnosticsOf(defineAgent({ commands: { a: queue } }), { state });
  for (const state of ["/", "/etc", "/var/", "/x/.."]) {
    assertEquals(errorsOf(state), [
      `error: state: Invalid value "${state}": expected a folder of the daemon's own`,
    ]);
  }
  for (const state of ["/var/lib/checkwright", "/state", "/tmp/x"]) {
    assertEquals(errorsOf(state), []);
  }
});

Deno.test("procfs is not the root of the file system or another folder of every system", {
  permissions: "none",
}, () => {
  const errorsOf = (procfs: string) =>
    diagnosticsOf(defineAgent({ commands: { a: queue } }), { procfs });
  for (const procfs of ["/", "//", "/x/..", "/etc", "/etc/", "/./home", "/usr", "/lib64"]) {
    assertEquals(errorsOf(procfs), [
      `error: procfs: Invalid value "${procfs}": expected the path at which procfs is mounted`,
    ]);
  }
  for (const procfs of ["/proc", "/host/proc", "/run/x/proc", "/processes"]) {
    assertEquals(errorsOf(procfs), []);
  }
});

Deno.test("A plugin without words has one error, and none of them contains undefined", {
  permissions: "none",
}, () => {
  const commands = { m: { plugin: [] } };
  assertEquals(diagnosticsOf(defineAgent({ commands: {} }), { commands }), [
    "error: commands.m.argv: Missing executable: expected a list such as " +
    '["/path/of/the/plugin", "-w", "5"]',
  ]);
});

Deno.test("describeAgent() takes versions that packages and git use, and refuses others", {
  permissions: "none",
}, () => {
  const commands = { check_deploy: () => ok("live") };
  for (const version of ["1.4.2", "v1.4.2-3-g0a1b2c3d4e-dirty", "1.0~rc1+b2", "2026_11", "a"]) {
    const { manifest, diagnostics } = describeAgent(defineAgent({ version, commands }));
    assertEquals([manifest.version, diagnostics], [version, []]);
  }
  for (const version of ["", "1 2", "-1", "1\n2", "1/2", "é", "1".repeat(65), 1, null]) {
    const [line] = diagnosticsOf({ kind: "agent", version, commands });
    assertStringIncludes(line!, "error: version: Invalid value ");
    assertStringIncludes(line!, 'expected a version such as "1.4.2"');
  }
});
