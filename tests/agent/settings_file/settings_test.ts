/** Host settings: reads files, and returns plain data and errors with their places. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeAgent } from "../../../src/agent/describe_agent.ts";
import { type Diagnostic, formatDiagnostic } from "../../../src/agent/diagnostic.ts";
import { readHostSettings } from "../../../src/agent/host_settings.ts";
import { defineAgent, defineCheck, ok, option, plugin, shell } from "../../../src/mod.ts";
import { createFolder, type Folder } from "./folder.ts";

const file = defineCheck({
  description: "Age of a file",
  options: {
    path: option.text({ description: "Which", default: "/etc/motd" }),
    warning: option.range({ short: "w", description: "Warn outside" }),
  },
  permissions: ({ path }) => ({ read: [path] }),
  run: () => "",
});

const agent = defineAgent({
  timeout: "30s",
  limits: { running: 8 },
  commands: {
    check_file: file({ warning: "10" }, { timeout: "5s" }),
    check_raid: plugin(["/bin/echo", "raid"], { env: { A: "1" } }),
    check_shell: shell("true"),
    check_deploy: () => ok("live"),
  },
});

/** Returns all diagnostics, one per line, with paths relative to the folder. */
async function diagnosticsOf(folder: Folder, of: unknown = agent, name = "settings.yaml") {
  const host = await readHostSettings(`${folder.path}${name}`);
  const { diagnostics } = describeAgent(of, host.settings);
  return linesOf([...host.diagnostics, ...host.locate(diagnostics)], folder);
}

function linesOf(diagnostics: readonly Diagnostic[], { path }: Folder): string[] {
  return diagnostics.map((one) => formatDiagnostic(one).replaceAll(path, ""));
}

const planted: [line: string, error?: string][] = [
  ["lisen: 0.0.0.0", '1: lisen: Unknown setting "lisen": expected one of listen, tls'],
  ["listen: 127.0.0.1:99999", '2: listen: Invalid port in "127.0.0.1:99999": expected 0 to 65535'],
  ["tls:"],
  [
    "  cert: /etc/host.pem",
    "4: tls.cert: Missing tls.key: expected both cert and key, or neither",
  ],
  ["  minVersion: 1.2", '5: tls.minVersion: Invalid value 1.2: expected "1.2" or "1.3"'],
  ["  ca: |", "6: tls.ca: Invalid value (a secret): expected the path of a file"],
  ["    -----BEGIN CERTIFICATE-----"],
  ["    bm90aGluZyB0byBzZWU="],
  ["allowedHosts:"],
  ["  - 10.0.0.0/8"],
  [
    "  - 10.0.0.0/33",
    '11: allowedHosts[1]: Cannot parse allowed host "10.0.0.0/33": expected a prefix',
  ],
  [
    "clients:",
    "12: clients: Client certificates are ignored: expected tls.clientCertificates",
  ],
  ["- { subject: CN=x, commands: [check_*] }"],
  [
    "- subject: CN=y # without commands",
    "14: clients[1]: Missing subject or commands: expected both",
  ],
  ["timeout: 5", '15: timeout: Invalid value 5: expected a duration such as "5s"'],
  [
    "limits: { queued: 0,",
    "16: limits.queued: Invalid value 0: expected a whole number of at least 1",
  ],
  ['  "sped": 9 }', '17: limits.sped: Unknown setting "sped": expected one of connections'],
  ["procfs: host/proc", '18: procfs: Invalid value "host/proc": expected an absolute path'],
  ["refusals: loud", '19: refusals: Invalid value "loud": expected "explain" or "silent"'],
  ["log: text"],
  ["'log': json", "21: log: Duplicate key: first set on line 20"],
  ["state: 2020-01-02", "22: state: Invalid value of type date: expected a string in quotes"],
  ["acceptArguments: yes", '23: acceptArguments: Invalid value "yes": expected true or false'],
  ["commands:"],
  ["  check_file:"],
  ["    options:"],
  [
    '      warnign: "5"',
    '27: commands.check_file.options.warnign: Unknown option "warnign": expected one of path, warning; ' +
    'did you mean "warning"?',
  ],
  [
    '      warning: "10:5"',
    '28: commands.check_file.options.warning: Cannot parse range "10:5": start is above end',
  ],
  [
    "    cache: [30s]",
    '29: commands.check_file.cache: Invalid value ["30s"]: expected a duration',
  ],
  [
    "    env: { A: b }",
    '30: commands.check_file.env: Unknown setting "env": expected one of timeout',
  ],
  [
    "  check_flie: { timeout: 5s }",
    '31: commands.check_flie: Unknown command "check_flie": expected one',
  ],
  [
    "  check_deploy: { options: { a: 1 } }",
    "32: commands.check_deploy.options: A function has no options: set them for checks only",
  ],
  [
    "  check_raid: { disabled: true, timeout: 5s }",
    "33: commands.check_raid.disabled: A disabled command cannot have other settings: remove timeout",
  ],
  [
    "  check_shell: { plugin: [/bin/true] }",
    "34: commands.check_shell.plugin: Duplicate command name: expected a name that is not a command " +
    "of the agent",
  ],
  [
    "  check_mine: { plugin: [check_mine] }",
    '35: commands.check_mine.plugin[0]: Invalid value "check_mine": expected an absolute path',
  ],
  [
    "  check_ours: { plugin: /bin/true, isolation: jail }",
    '36: commands.check_ours.plugin: Invalid value "/bin/true": expected a list',
  ],
  ["  ? check_late", "37: commands.check_late: Invalid value null: expected a map"],
  ["include: [gone.yaml, settings.yaml]", '38: include[0]: Cannot read "gone.yaml": No such file'],
];

Deno.test("All errors of a settings file are reported at once, each with its line and the expected value", async () => {
  await using folder = await createFolder({
    "settings.yaml": planted.map(([line]) => line).join("\n"),
  });
  const errors = await diagnosticsOf(folder);
  const expected = planted.flatMap(([, error]) => error ?? []).map((error) =>
    `error: settings.yaml:${error}`
  );
  for (const error of expected) {
    assertEquals(errors.filter((one) => one.startsWith(error)).length, 1, error);
  }
  const more = [
    'error: settings.yaml:36: commands.check_ours.isolation: Invalid value "jail": expected "worker" ' +
    'or "process"',
    "error: settings.yaml:38: include[1]: A file cannot include itself: expected another file",
  ];
  for (const error of more) assertEquals(errors.includes(error), true, error);
  assertEquals(errors.length, expected.length + more.length, errors.join("\n"));
  assertEquals(errors.some((error) => error.includes("bm90aGluZ")), false);
});

Deno.test("The error about an unknown setting suggests the most similar name", async () => {
  await using folder = await createFolder({ "settings.yaml": "limit: {}\ncomands: {}\n" });
  const errors = await diagnosticsOf(folder);
  assertStringIncludes(errors[0]!, 'did you mean "limits"?');
  assertStringIncludes(errors[1]!, 'did you mean "commands"?');
});

Deno.test("A settings file that is not a YAML map causes one error, with the line of the syntax error", async () => {
  const table: [text: string, error: RegExp][] = [
    ["a: [\n", /^error: settings\.yaml:2: Cannot parse YAML: [^\n]+$/],
    ["timeout: 5s\n\tlog: json\n", /^error: settings\.yaml:2: Cannot parse YAML: [^\n]+$/],
    ["key: 'BEGIN PRIVATE\n", /^error: settings\.yaml:2: Cannot parse YAML: (?!.*PRIVATE)/],
    [
      "- a\n- b\n",
      /^error: settings\.yaml:1: Invalid settings: expected a map such as "timeout: 30s"$/,
    ],
    ["word", /^error: settings\.yaml:1: Invalid settings: expected a map/],
    ["a: 1\n---\nb: 2\n", /^error: settings\.yaml: Cannot parse YAML: /],
  ];
  for (const [text, error] of table) {
    await using folder = await createFolder({ "settings.yaml": text });
    const errors = await diagnosticsOf(folder);
    assertEquals([errors.length, error.test(errors[0]!)], [1, true], errors.join("\n"));
  }
  await using folder = await createFolder();
  assertEquals(await diagnosticsOf(folder), [
    "error: settings.yaml: Cannot read the file: No such file",
  ]);
  await Deno.mkdir(`${folder.path}settings.yaml`);
  assertEquals(await diagnosticsOf(folder), [
    "error: settings.yaml: Cannot read the file: It is not a regular file",
  ]);
});

Deno.test("An empty file and no file both result in empty settings", async () => {
  for (const text of ["", "# nothing\n", "---\n"]) {
    await using folder = await createFolder({ "settings.yaml": text });
    const host = await readHostSettings(`${folder.path}settings.yaml`);
    assertEquals([host.settings, host.diagnostics], [{}, []]);
  }
  const none = await readHostSettings(undefined);
  assertEquals([none.settings, none.diagnostics, none.files, none.folders], [{}, [], [], []]);
});

Deno.test("Recursive aliases and aliases that multiply are errors", async () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (const [above, name] of ["ab", "bc", "cd", "de", "ef"]) {
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${above}`).join(", ")}]`);
  }
  await using folder = await createFolder({
    "settings.yaml": "tls: &tls\n  cert: *tls\n  key: /k\n",
    "bomb.yaml": bomb.join("\n"),
  });
  assertEquals(
    (await diagnosticsOf(folder))[0],
    "error: settings.yaml:2: tls.cert: Recursive alias: the value contains itself",
  );
  const errors = await diagnosticsOf(folder, agent, "bomb.yaml");
  assertEquals(
    errors.filter((error) => error.includes("Too many values: expected at most 100000")).length,
    1,
  );
});

Deno.test("Maps are merged key by key; included files override their includer, later files earlier ones", async () => {
  await using folder = await createFolder({
    "settings.yaml": [
      "include: [conf.d/*.yaml, last.yaml]",
      "timeout: 1s",
      "allowedHosts: [10.0.0.1, 10.0.0.2]",
      "limits: { running: 1, queued: 1, sandboxes: 1 }",
      "commands: { check_file: { options: { warning: 1, path: /a } }, check_deploy: { timeout: 1s } }",
    ].join("\n"),
    "conf.d/20-b.yaml": "limits: { queued: 20 }\nlog: json\n",
    "conf.d/10-a.yaml": "limits:\n  queued: 10\n  sandboxes: 10\nallowedHosts: [10.0.0.10]\n",
    "conf.d/.hidden.yaml": "log: loud\n",
    "conf.d/30-c.yml": "log: loud\n",
    "conf.d/40.yaml/not_a_file": "",
    "last.yaml": "timeout: 9s\ncommands: { check_file: { options: { warning: 9 } } }\n",
  });
  const host = await readHostSettings(`${folder.path}settings.yaml`);
  assertEquals(host.diagnostics, []);
  assertEquals(host.settings, {
    timeout: "9s",
    allowedHosts: ["10.0.0.10"],
    limits: { running: 1, queued: 20, sandboxes: 10 },
    commands: {
      check_file: { options: { warning: 9, path: "/a" } },
      check_deploy: { timeout: "1s" },
    },
    log: "json",
  });
  const names = host.files.map((path) => path.slice(folder.path.length));
  assertEquals(names, ["settings.yaml", "conf.d/10-a.yaml", "conf.d/20-b.yaml", "last.yaml"]);
  assertEquals(host.folders, [`${folder.path}conf.d/`]);
  const table: [place: string, source: string | undefined][] = [
    ["timeout", "last.yaml:1"],
    ["limits.running", "settings.yaml:4"],
    ["limits.queued", "conf.d/20-b.yaml:1"],
    ["limits.sandboxes", "conf.d/10-a.yaml:3"],
    ["allowedHosts[0]", "conf.d/10-a.yaml:4"],
    ["allowedHosts[1]", undefined],
    ["commands.check_file.options.warning", "last.yaml:2"],
    ["commands.check_file.options.path", "settings.yaml:5"],
    ["procfs", undefined],
  ];
  for (const [place, source] of table) {
    assertEquals(host.sourceOf(place), source && `${folder.path}${source}`, place);
  }
});

Deno.test("A value is checked even if a later file replaces it", async () => {
  await using folder = await createFolder({
    "settings.yaml": "timeout: soon\ninclude: more.yaml\n",
    "more.yaml": "timeout: 5s\ninclude: settings.yaml\n",
  });
  assertEquals(await diagnosticsOf(folder), [
    'error: settings.yaml:1: timeout: Invalid value "soon": expected a duration such as "5s" or "2m"',
    "error: more.yaml:2: include: An included file cannot include other files: add these paths " +
    "to the first settings file",
  ]);
});

Deno.test("A pattern never includes the file itself, may match no file, and includes each file once", async () => {
  await using folder = await createFolder({
    "settings.yaml": "include: ['*.yaml', a.yaml, 'none/*/x?.yaml', '[!a].y*l']\nlog: text\n",
    "a.yaml": "log: json\n",
    "b.yaml": "",
  });
  const host = await readHostSettings(`${folder.path}settings.yaml`);
  assertEquals(host.diagnostics, []);
  assertEquals(host.files.map((path) => path.slice(folder.path.length)), [
    "settings.yaml",
    "a.yaml",
    "b.yaml",
  ]);
});

Deno.test("World-writable files, a world-readable key and values that look like secrets cause warnings", async () => {
  await using folder = await createFolder({ "conf.d/one.yaml": "log: json\n", "host.key": "" });
  const settings = await folder.write(
    "settings.yaml",
    `tls: { cert: /etc/host.pem,\n  key: ${folder.path}host.key }\ninclude: conf.d/*\n` +
      "commands: { check_raid: { env: { DB_PASSWORD: hunter2, TOKEN_FILE: /run/token } } }\n",
  );
  await Deno.chmod(`${folder.path}host.key`, 0o600);
  await Deno.chmod(settings, 0o644);
  const secret = "warning: settings.yaml:4: commands.check_raid.env.DB_PASSWORD: The value looks " +
    "like a secret: expected the path of a file that contains it";
  assertEquals(await diagnosticsOf(folder), [secret]);
  await Deno.chmod(`${folder.path}host.key`, 0o644);
  await Deno.chmod(settings, 0o666);
  await Deno.chmod(`${folder.path}conf.d/one.yaml`, 0o602);
  assertEquals(await diagnosticsOf(folder), [
    "warning: settings.yaml: File is world-writable: expected mode 0644",
    secret,
    "warning: conf.d/one.yaml: File is world-writable: expected mode 0644",
    'warning: settings.yaml:2: tls.key: File "host.key" is world-readable: expected mode 0600',
  ]);
});

Deno.test("Errors of the agent have only a place; errors that depend on a settings file also have its line", async () => {
  const invalid = defineAgent({
    timeout: "soon",
    clients: [{ subject: "CN=x", commands: ["*"] }],
    commands: { check_file: file({ warning: "x" }), check_raid: plugin(["echo"]) },
  });
  await using folder = await createFolder({
    "settings.yaml": "tls: false\ncommands:\n  check_file:\n    options: { path: relative }\n",
  });
  assertEquals(await diagnosticsOf(folder, invalid), [
    'error: timeout: Invalid value "soon": expected a duration such as "5s" or "2m"',
    "error: settings.yaml:1: clients: Client certificates are ignored: expected " +
    'tls.clientCertificates "request" or "require"',
    'error: commands.check_file.options.warning: Cannot parse range "x": end "x" is not a number',
    'error: commands.check_raid.argv[0]: Invalid value "echo": expected an absolute path',
  ]);
  const valid = defineAgent({ commands: { check_file: file } });
  assertEquals(await diagnosticsOf(folder, valid), [
    "error: settings.yaml:4: commands.check_file.permissions.read[0]: Invalid value " +
    '"relative": expected an absolute path ' +
    "without commas or control characters",
  ]);
});

Deno.test("A host changes and disables commands, and adds plugins", async () => {
  await using folder = await createFolder({
    "settings.yaml": `
commands:
  check_file:
    options: { path: /etc/hosts }
    cache: 30s
    maxConcurrent: 2
    acceptArguments: true
    isolation: process
  check_raid: { env: { B: "2" }, cwd: /tmp, split: false }
  check_shell: { disabled: true }
  check_deploy: { timeout: 2s }
  check_agent: { options: { warning: "3" } }
  check_mine:
    plugin: [/usr/lib/nagios/plugins/check_dummy, "0"]
    timeout: 4s
  check_off: { plugin: [/bin/true], disabled: false }
`,
  });
  const { settings, diagnostics } = await readHostSettings(`${folder.path}settings.yaml`);
  const described = describeAgent(agent, settings);
  assertEquals([...diagnostics, ...described.diagnostics], []);
  const { commands, disabled } = described.manifest;
  assertEquals(Object.keys(commands), [
    "check_file",
    "check_raid",
    "check_deploy",
    "check_mine",
    "check_off",
    "check_agent",
  ]);
  assertEquals(disabled, ["check_shell"]);
  const { check_file, check_raid, check_deploy, check_mine, check_agent } = commands;
  const { options: _options, description: _description, ...checked } =
    check_file as unknown as Record<
      string,
      unknown
    >;
  assertEquals(checked, {
    kind: "check",
    values: { warning: "10", path: "/etc/hosts" },
    hostValues: { path: "/etc/hosts" },
    permissions: { read: ["/etc/hosts"] },
    timeout: 5,
    acceptArguments: true,
    isolation: "process",
    refused: { path: { needs: "read", partly: true } },
    sandbox: "shared",
    maxConcurrent: 2,
    cache: 30,
  });
  assertEquals(
    check_raid?.kind === "plugin" && [check_raid.env, check_raid.cwd, check_raid.split],
    [
      { A: "1", B: "2" },
      "/tmp",
      false,
    ],
  );
  assertEquals(check_deploy!.timeout, 2);
  assertEquals(check_mine?.kind === "plugin" && [check_mine.argv, check_mine.timeout], [
    ["/usr/lib/nagios/plugins/check_dummy", "0"],
    4,
  ]);
  assertEquals(check_agent?.kind === "check" && check_agent.hostValues, { warning: "3" });
});

Deno.test("A settings file of a newer format causes exactly one error, even if it contains others", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/settings.yaml`;
  const cases: [text: string, errors: string[]][] = [
    ["format: 1\ntimeout: 5s\n", []],
    ["timeout: 5s\n", []],
    [
      "timeout: [in, another, form]\nnew: true\nformat: 2\n",
      ["3: format: Unknown format 2: expected 1; a newer Checkwright may read it"],
    ],
    ['format: "1"\n', [
      '1: format: Unknown format "1": expected 1; a newer Checkwright may read it',
    ]],
  ];
  for (const [text, errors] of cases) {
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    const { diagnostics } = await readHostSettings(path);
    assertEquals(
      diagnostics.map(formatDiagnostic),
      errors.map((error) => `error: ${path}:${error}`),
    );
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("A shell line of a settings file is refused if other users can write to the file or own it", async () => {
  await using folder = await createFolder({});
  const hostShell = defineAgent({ hostShell: true, commands: { check_deploy: () => ok("live") } });
  const text = "commands:\n  check_more:\n    shell: ls | wc -l\n  p: { plugin: [/bin/true] }\n";
  const settings = await folder.write("settings.yaml", text);
  const refused = (why: string) =>
    "error: settings.yaml:3: commands.check_more.shell: This file may not define shell lines, " +
    `because ${why}`;
  for (
    const [mode, lines] of [
      [0o644, []],
      [0o600, []],
      [0o664, [refused("a group or all users can write to it: expected mode 0644")]],
    ] as const
  ) {
    await Deno.chmod(settings, mode);
    assertEquals(await diagnosticsOf(folder, hostShell), [...lines]);
  }
  if (Deno.uid() !== 0) return;
  await Deno.chmod(settings, 0o644);
  await Deno.chown(settings, 65534, 65534);
  assertEquals(await diagnosticsOf(folder, hostShell), [
    refused("it belongs to user 65534: expected root or the user of the daemon"),
  ]);
});

Deno.test("A diagnostic about a shell line or a word of a host names its line", async () => {
  await using folder = await createFolder({
    "settings.yaml":
      "commands:\n  a:\n    shell: x $ARG1$\n  b:\n    plugin:\n      - /bin/echo\n" +
      "      - '|'\n",
  });
  const hostShell = defineAgent({ hostShell: true, commands: { check_deploy: () => ok("live") } });
  const [first, second] = await diagnosticsOf(folder, hostShell);
  assertStringIncludes(first!, "error: settings.yaml:3: commands.a.shell: Invalid macro");
  assertStringIncludes(
    second!,
    'warning: settings.yaml:7: commands.b.plugin[1]: The plugin receives "|"',
  );
});
