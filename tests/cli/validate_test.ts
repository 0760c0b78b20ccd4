/** `validate --settings` and `serve --settings` with settings of a host. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject, type Project } from "../project.ts";
import { checkwright, run, serve } from "../serving.ts";
import { outputOf } from "../waiting.ts";

const agent = `
import { defineAgent, defineCheck, ok, option, plugin } from "@checkwright/checkwright";
const says = defineCheck({
  description: "Returns its word",
  options: {
    word: option.text({ description: "What", default: "nothing" }),
    warning: option.range({ description: "Warn outside", default: "10" }),
  },
  run: ({ word, warning }) => ({
    output: word,
    perfdata: [{ label: "value", value: 5, warning }],
  }),
});
export default defineAgent({
  timeout: "30s",
  limits: { running: 8 },
  tls: false,
  commands: {
    says: says({ word: "hello" }, { timeout: "5s" }),
    fixed: () => ok("fixed"),
    raid: plugin(["/bin/echo", "raid"], { env: { A: "1" } }),
  },
});
`;

const settings = `
listen: 127.0.0.1:0
timeout: 20s
allowedHosts: [127.0.0.0/8, "::1"]
include: conf.d/*.yaml
commands:
  says:
    options: { warning: "~:3", word: host }
  fixed: { disabled: true }
  mine:
    plugin: [/bin/echo, "mine: $ARG1$"]
    acceptArguments: true
    env: { API_TOKEN: abc }
`;

async function projectWith(files: Record<string, string>): Promise<Project> {
  const project = await createProject(agent);
  await Deno.mkdir(`${project.folder}/conf.d`);
  for (const [name, text] of Object.entries(files)) await project.write(name, text);
  return project;
}

// Removes the path of the project from the output.
async function validate({ folder }: Project, ...args: string[]) {
  const decoder = new TextDecoder();
  const { code, stdout, stderr } = await outputOf(
    checkwright("validate", ...args).spawn(),
    "checkwright validate",
  );
  const plain = (bytes: Uint8Array) => decoder.decode(bytes).replaceAll(`${folder}/`, "");
  return { code, stdout: plain(stdout), stderr: plain(stderr) };
}

const effective = `
listen                         127.0.0.1:0              settings.yaml:2
tls                            false                    agent
allowedHosts                   [127.0.0.0/8, "::1"]     settings.yaml:4
acceptArguments                false                    default
timeout                        20s                      settings.yaml:3
pluginPrefix                   []                       default
hostShell                      false                    default
limits.connections             4096                     default
limits.perAddress              2048                     default
limits.handshake               10s                      default
limits.query                   10s                      default
limits.response                10s                      default
limits.running                 8                        agent
limits.queued                  7                        conf.d/10.yaml:1
limits.sandboxes               32                       default
v2.payload                     1024                     default
v2.packets                     one                      default
procfs                         /proc                    default
refusals                       explain                  default
log.format                     json                     conf.d/20.yaml:1
log.level                      info                     default
commands.says.options.word     later                    conf.d/20.yaml:4
commands.says.options.warning  "~:3"                    settings.yaml:8
commands.says.timeout          5s                       agent
commands.raid.cache            90s                      conf.d/20.yaml:5
commands.raid.env.A            "1"                      agent
commands.raid.env.B            "2"                      conf.d/20.yaml:5
commands.mine.plugin           [ECHO, "mine: $ARG1$"]  settings.yaml:11
commands.mine.acceptArguments  true                     settings.yaml:12
commands.mine.env.API_TOKEN    (a secret)               settings.yaml:13
commands.fixed.disabled        true                     settings.yaml:9
`.trim();

Deno.test("validate --settings prints the effective settings and the origin of each value", async () => {
  await using project = await projectWith({
    "settings.yaml": settings,
    "conf.d/10.yaml": "limits: { queued: 7 }\nlog: text\n",
    "conf.d/20.yaml":
      "log: json\ncommands:\n  says:\n    options: { word: later }\n  raid: { cache: 90s, env: { B: '2' } }\n",
  });
  const path = `${project.folder}/settings.yaml`;
  const { code, stdout, stderr } = await validate(project, project.agent, "--settings", path);
  const echo = await Deno.realPath("/bin/echo");
  // The width of the columns depends on the paths.
  const narrow = (text: string) => text.replaceAll(/ {2,}/g, "  ");
  assertEquals(
    narrow(stdout),
    `${narrow(effective).replace("ECHO", echo)}\nagent.ts is valid: 1 check, 2 plugins\n`,
  );
  assertEquals(
    stderr,
    "checkwright: warning: settings.yaml:13: commands.mine.env.API_TOKEN: The value looks like a " +
      "secret: expected the path of a file that contains it\n",
  );
  assertEquals(code, 0);
});

Deno.test("validate --settings shows the variables of all plugins once, and no secret", async () => {
  await using project = await projectWith({
    "settings.yaml": "env: { FROM: host, DB_PASSWORD: hunter2, TOKEN_FILE: /run/token }\n",
  });
  const path = `${project.folder}/settings.yaml`;
  const { stdout } = await validate(project, project.agent, "--settings", path);
  const rows = stdout.split("\n").filter((line) => line.includes("env.")).map((line) =>
    line.split(/ {2,}/)
  );
  assertEquals(rows, [
    ["env.FROM", "host", "settings.yaml:1"],
    ["env.DB_PASSWORD", "(a secret)", "settings.yaml:1"],
    ["env.TOKEN_FILE", "/run/token", "settings.yaml:1"],
    ["commands.raid.env.A", '"1"', "agent"],
  ]);
});

Deno.test("validate reports all errors of the settings and the agent at once, each with its line", async () => {
  await using project = await projectWith({
    "settings.yaml":
      "commands:\n  says: { options: { word: 5 } }\n  gone: {}\nlimits: { quued: 1 }\n" +
      "include: [conf.d/*.yaml, more.yaml]\n",
    "conf.d/1.yaml": "tiemout: 5s\nlog: text\nlog: json\n",
  });
  await project.write("agent.ts", agent.replace('"30s"', '"soon"'));
  const path = `${project.folder}/settings.yaml`;
  const { code, stdout, stderr } = await validate(project, project.agent, "--settings", path);
  assertEquals([code, stdout], [3, ""]);
  const beginnings = [
    "error: settings.yaml:2: commands.says.options.word: Invalid value 5: expected a string",
    'error: settings.yaml:3: commands.gone: Unknown command "gone": expected one of says, fixed, raid',
    'error: settings.yaml:4: limits.quued: Unknown setting "quued": expected one of connections, ',
    'error: settings.yaml:5: include[1]: Cannot read "more.yaml": No such file',
    'error: conf.d/1.yaml:1: tiemout: Unknown setting "tiemout": expected one of listen, ',
    "error: conf.d/1.yaml:3: log: Duplicate key: first set on line 2",
    'error: timeout: Invalid value "soon": expected a duration such as "5s" or "2m"',
  ].map((line) => `checkwright: ${line}`);
  const lines = stderr.trimEnd().split("\n");
  assertEquals(lines.pop(), "checkwright: agent.ts and settings.yaml have 7 errors");
  assertEquals(lines.map((line, index) => line.slice(0, beginnings[index]?.length)), beginnings);
});

Deno.test("validate reports the errors of an invalid settings file and an invalid agent together", async () => {
  await using project = await projectWith({ "settings.yaml": "listen: [\n" });
  await project.write("agent.ts", "export default 5;");
  const path = `${project.folder}/settings.yaml`;
  const { code, stderr } = await validate(project, project.agent, "--settings", path);
  assertEquals(code, 3);
  assertMatch(stderr, /^checkwright: error: settings\.yaml:2: Cannot parse YAML: .*\n/);
  assertStringIncludes(stderr, "checkwright: error: agent: Cannot serve 5");
});

Deno.test("validate refuses TLS files that serve refuses, and accepts an agent with plugins of the host only", async () => {
  await using project = await projectWith({
    "settings.yaml": "tls:\n  cert: /nowhere.pem\n  key: /nowhere.key\n",
    "plugins.yaml": "commands: { mine: { plugin: [/bin/echo, hello] } }\n",
  });
  const settings = `${project.folder}/settings.yaml`;
  const refused = [
    3,
    "",
    [
      'checkwright: error: settings.yaml:2: tls.cert: Cannot read "/nowhere.pem": No such file',
      'checkwright: error: settings.yaml:3: tls.key: Cannot read "/nowhere.key": No such file',
      "checkwright: agent.ts and settings.yaml have 2 errors",
    ].map((line) => `${line}\n`).join(""),
  ];
  const first = await validate(project, project.agent, "--settings", settings);
  assertEquals([first.code, first.stdout, first.stderr], refused);
  const empty = 'import { defineAgent } from "@checkwright/checkwright";\n' +
    "export default defineAgent({ commands: {} });\n";
  await project.write("agent.ts", empty);
  const alone = await validate(project, project.agent);
  assertEquals([alone.code, alone.stdout], [0, "agent.ts is valid: no commands\n"]);
  assertMatch(alone.stderr, /^checkwright: warning: commands: No commands: .*\n$/);
  const plugins = `${project.folder}/plugins.yaml`;
  const completed = await validate(project, project.agent, "--settings", plugins);
  assertEquals([completed.code, completed.stderr], [0, ""]);
  assertStringIncludes(completed.stdout, "agent.ts is valid: 1 plugin\n");
});

Deno.test("validate --schema prints a JSON Schema, which includes the options of a given agent", async () => {
  await using project = await projectWith({});
  const general = await validate(project, "--schema");
  assertEquals([general.code, general.stderr], [0, ""]);
  const schema = JSON.parse(general.stdout);
  assertEquals(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assertEquals(schema.properties.limits.properties.queued.default, 1024);
  const { stdout } = await validate(project, project.agent, "--schema");
  const { options } = JSON.parse(stdout).properties.commands.properties.says.properties;
  assertEquals(Object.keys(options.properties), ["word", "warning"]);
});

Deno.test("serve --settings runs host plugins, disables commands and overrides options", async () => {
  await using project = await projectWith({
    "settings.yaml": settings.replace("127.0.0.1:0", "127.0.0.1:1"),
  });
  await using served = await serve(project.agent, "--settings", `${project.folder}/settings.yaml`);
  assertEquals(await askOnce(served, ["mine", "word"]), "OK mine: word");
  assertEquals(await askOnce(served, ["says"]), "WARNING host|value=5;~:3");
  assertEquals(await askOnce(served, ["raid"]), "OK raid");
  assertEquals(
    await askOnce(served, ["fixed"]),
    "UNKNOWN NRPE: Command 'fixed' not defined\nThe settings of this host disable this command",
  );
  await project.write(
    "conf.d/9.yaml",
    "commands: { says: { options: { warning: 3 } }, check_agent: { options: { warning: '@0' } } }\n",
  );
  served.process.kill("SIGHUP");
  await served.logged(" info reload ");
  assertEquals(await askOnce(served, ["says"]), "WARNING host|value=5;3");
  assertMatch(await askOnce(served, ["check_agent"]), /^WARNING AGENT WARNING - /);
});

Deno.test("serve --watch reloads when an included file changes or a new one matches", async () => {
  await using project = await projectWith({
    "settings.yaml": "include: conf.d/*.yaml\n",
    "conf.d/1.yaml": "commands: { says: { options: { word: one } } }\n",
  });
  await using served = await serve(
    project.agent,
    ...["--watch", "--settings", `${project.folder}/settings.yaml`],
  );
  assertEquals(await askOnce(served, ["says"]), "OK one|value=5;10");
  await project.write("conf.d/1.yaml", "commands: { says: { options: { word: two } } }\n");
  await served.logged(" info reload ");
  assertEquals(await askOnce(served, ["says"]), "OK two|value=5;10");
  await project.write("conf.d/2.yaml", "commands: { says: { options: { word: three } } }\n");
  await served.logged(" info reload ", 2);
  assertEquals(await askOnce(served, ["says"]), "OK three|value=5;10");
});

Deno.test("A host's option reaches a check in a process sandbox, and determines its permission", async () => {
  await using project = await createProject(`
import { defineAgent, defineCheck, option } from "@checkwright/checkwright";
const first = defineCheck({
  description: "First word of a file",
  options: { path: option.text({ description: "Which", default: "/nonexistent" }) },
  permissions: ({ path }) => ({ read: [path] }),
  run: async ({ path }) => (await Deno.readTextFile(path)).split(" ")[0]!,
});
export default defineAgent({ commands: { first, apart: first({}, { isolation: "process" }) } });
`);
  const words = await project.write("words", "one two");
  const path = await project.write(
    "settings.yaml",
    `commands:
  first: { options: { path: &words ${words} } }
  apart: { options: { path: *words } }
`,
  );
  await using served = await serve(project.agent, "--no-tls", "--settings", path);
  assertEquals(await askOnce(served, ["first"]), "OK one");
  assertEquals(await askOnce(served, ["apart"]), "OK one");
});

Deno.test("validate --json prints all diagnostics, and nothing else", async () => {
  await using project = await projectWith({ "settings.yaml": "timeout: 5 apples\nno: 1\n" });
  const path = `${project.folder}/settings.yaml`;
  const bad = await validate(project, project.agent, "--settings", path, "--json");
  const { valid, diagnostics } = JSON.parse(bad.stdout);
  assertEquals([valid, bad.code, bad.stderr], [false, 3, ""]);
  const errors = diagnostics.filter(({ severity }: { severity: string }) => severity === "error");
  assertEquals(
    errors.map(({ place, source }: Record<string, string>) => `${source} ${place}`),
    ["settings.yaml:1 timeout", "settings.yaml:2 no"],
  );
  const good = await validate(project, project.agent, "--json");
  assertEquals([JSON.parse(good.stdout).valid, good.code], [true, 0]);
  const broken = await project.write("broken.ts", "export default {");
  for (const words of [["validate", "--json", broken], ["run", "--json", broken, "check_x"]]) {
    const { code, stdout, stderr } = await run(...words);
    const { valid, diagnostics: [first] } = JSON.parse(stdout);
    assertEquals([code, stderr, valid, first.severity], [3, "", false, "error"], words[0]);
    assertMatch(first.place, /broken\.ts:1:17$/);
  }
  const both = await validate(project, "--json", "--schema");
  assertMatch(both.stderr, /Cannot combine --json with --schema/);
  assertEquals(both.code, 3);
});

Deno.test("validate warns of imports that only the bundler resolves", async () => {
  await using project = await createProject(
    'import { answer } from "./answer";\nimport { load } from "js-yaml-4711";\n' +
      "export default { commands: { ok: () => `${answer}${load}` } };\n",
  );
  await project.write("answer.ts", 'import "./more.ts";\nexport const answer = 42;\n');
  await project.write("more.ts", "");
  await Deno.mkdir(`${project.folder}/node_modules/js-yaml-4711`, { recursive: true });
  await project.write("node_modules/js-yaml-4711/package.json", '{ "main": "index.js" }');
  await project.write("node_modules/js-yaml-4711/index.js", "exports.load = 1;");
  const { code, stderr } = await validate(project, project.agent);
  assertStringIncludes(
    stderr,
    'agent.ts:1:24: Import "./answer" fails in the type check: expected a file name with its ' +
      'ending, such as "./answer.ts"\n',
  );
  assertStringIncludes(
    stderr,
    'agent.ts:2:22: Import "js-yaml-4711" fails in the type check: expected an entry in "imports" ' +
      'of deno.json, or a name such as "npm:js-yaml-4711"\n',
  );
  assertEquals(code, 0);
  await project.write(
    "agent.ts",
    'import { answer } from "./answer.ts";\n' +
      "export default { commands: { ok: () => `${answer}` } };\n",
  );
  const right = await validate(project, project.agent);
  assertEquals([right.code, right.stderr], [0, ""]);
});
