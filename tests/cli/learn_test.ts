import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Permissions } from "../../src/mod.ts";
import { createProject } from "../project.ts";
import { run } from "../serving.ts";
import { isMissing } from "../tools.ts";

/** Evaluates the permissions that `learn` printed. */
async function block(stdout: string): Promise<Permissions> {
  const code = `export default {\n${stdout}\n};`;
  const { default: { permissions } } = await import(
    `data:text/javascript,${encodeURIComponent(code)}`
  );
  return permissions;
}

async function learn(agent: string, ...words: string[]) {
  const { code, stdout, stderr } = await run("learn", agent, ...words);
  assertEquals(code, 0, stderr);
  const answer = /answered (.*)/.exec(stderr)![1]!;
  const proof = /With exactly these permissions the check answered (.*)/.exec(stderr)![1]!;
  return { stdout, permissions: await block(stdout), answer, proof };
}

Deno.test(
  "learn prints the permissions that the built-in checks declare, and the checks run with them",
  {
    ignore: isMissing("/bin/ps"),
  },
  async () => {
    using service = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = service.addr;
    const closing = (async () => {
      for await (const connection of service) connection.close();
    })();
    await using project = await createProject(`
    import { defineAgent } from "@checkwright/checkwright";
    import { disk, dummy, fileAge, load, procs, tcp } from "@checkwright/checkwright/checks";
    export default defineAgent({ commands: {
      check_load: load({ critical: 1000 }),
      check_disk: disk({ path: "/", critical: "0%" }),
      check_procs: procs({}),
      check_tcp: tcp({ port: ${port} }),
      check_file_age: fileAge({ file: "/etc/passwd", warning: 1e9, critical: 2e9 }),
      check_dummy: dummy({ state: "ok" }),
    } });
  `);
    const rows: [name: string, permissions: Permissions][] = [
      ["check_load", { sys: ["loadavg"] }],
      ["check_disk", { read: ["/"], sys: ["statfs"] }],
      ["check_procs", { run: ["/bin/ps"] }],
      ["check_tcp", { net: [`127.0.0.1:${port}`] }],
      ["check_file_age", { read: ["/etc/passwd"] }],
      ["check_dummy", {}],
    ];
    for (const [name, permissions] of rows) {
      const learned = await learn(project.agent, name);
      assertEquals(learned.permissions, permissions, name);
      assertMatch(learned.answer, /^OK: /);
      assertMatch(learned.proof, /^OK: /);
      assertStringIncludes(learned.stdout, "// The check declares exactly these permissions\n");
    }
    assertMatch((await learn(project.agent, "check_dummy")).stdout, /^permissions: \{\},\n/);
    service.close();
    await closing;
  },
);

const checks = (folder: string) => `
import { defineAgent, defineCheck, ok, plugin } from "@checkwright/checkwright";
const check = (permissions: object, run: (context: { procfs: string }) => unknown) =>
  defineCheck({
    description: "One",
    permissions,
    run: async (_options, context) => ok(String(await run(context))),
  })({}, { timeout: "20s" });
export default defineAgent({ procfs: "${folder}/proc", commands: {
  wide: check({ read: ["${folder}", "/srv"], net: ["localhost"], env: ["HOME", "A_B"] }, async () => {
    Deno.env.get("A_B");
    await Deno.connect({ hostname: "LOCALHOST", port: 9 }).catch(() => {});
    return await Deno.readTextFile("${folder}/a") + await Deno.readTextFile("${folder}/b");
  }),
  narrow: check({ read: ["${folder}/a"] }, () =>
    Deno.readTextFileSync("${folder}/a") + Deno.readTextFileSync("${folder}/b")),
  write: check({}, () => Deno.writeTextFile("${folder}/made", "x")),
  proc: check({ proc: ["stat"] }, ({ procfs }) => Deno.readTextFile(procfs + "/stat")),
  unbound: check({}, () => Deno.readTextFile("/proc/stat")),
  special: check({}, () => Deno.readTextFile("/sys/kernel/notes")),
  everything: check({}, () => Deno.env.toObject()),
  started: check({}, async () =>
    new TextDecoder().decode((await new Deno.Command("/bin/echo", { args: ["hi"] }).output()).stdout)),
  endless: defineCheck({ description: "Never", run: () => { for (;;); } })({}, { timeout: "1s" }),
  plain: plugin(["/bin/true"]),
} });
`;

Deno.test("learn reports permissions that are too wide, missing, or impossible to grant", async () => {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  await Deno.mkdir(`${folder}/proc`);
  for (const [name, text] of [["a", "1"], ["b", "2"], ["proc/stat", "cpu 1"]]) {
    await Deno.writeTextFile(`${folder}/${name}`, text!);
  }
  await using project = await createProject(checks(folder));
  const rows: [name: string, permissions: Permissions, answer: RegExp, comments: string[]][] = [
    [
      "wide",
      { read: [`${folder}/a`, `${folder}/b`], net: ["localhost:9"], env: ["A_B"] },
      /^OK: 12/,
      [
        "Declared, and wider than needed:",
        `  read ${folder} (requested: ${folder}/a, ${folder}/b)`,
        "  read /srv (not requested)",
        "  net localhost (requested: localhost:9)",
        "  env HOME (not requested)",
      ],
    ],
    ["narrow", { read: [`${folder}/a`, `${folder}/b`] }, /^OK: 12/, [
      "Needed, but not declared:",
      `  read ${folder}/b`,
    ]],
    ["write", { write: [`${folder}/made`] }, /^OK: /, []],
    ["proc", { proc: ["stat"] }, /^OK: cpu 1/, [
      "The check declares exactly these permissions",
      "To grant proc, bind-mount /proc to another path and set procfs to that path",
    ]],
    ["unbound", { proc: ["stat"] }, /^UNKNOWN: Permission refused: all "\/proc\/stat"/, [
      "To grant proc, bind-mount /proc to another path and set procfs to that path",
    ]],
    ["special", {}, /^UNKNOWN: Permission refused: all "\/sys/, [
      "Also requested, but no declaration can grant this:",
      "  read /sys/kernel/notes",
    ]],
    ["everything", {}, /^UNKNOWN: Permission refused: env is not/, []],
    ["started", { run: ["/bin/echo"] }, /^OK: hi/, []],
  ];
  for (const [name, permissions, answer, comments] of rows) {
    const learned = await learn(project.agent, name);
    assertEquals(learned.permissions, permissions, name);
    assertMatch(learned.answer, answer);
    if (learned.answer.startsWith("OK")) assertEquals(learned.proof, learned.answer);
    const lines = learned.stdout.split("\n").filter((line) => line.startsWith("//"));
    for (const comment of comments) assertEquals(lines.includes(`// ${comment}`), true, comment);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("learn explains why a plugin needs no permissions, and refuses unknown or failing commands", async () => {
  await using project = await createProject(checks("/nowhere"));
  const plain = await run("learn", project.agent, "plain");
  assertEquals(plain.code, 0);
  assertStringIncludes(
    plain.stdout,
    "plain is a plugin: permissions do not restrict it while it runs",
  );
  assertMatch(plain.stdout, /^ {2}run \/(usr\/)?bin\/true$/m);
  assertStringIncludes(
    (await run("learn", project.agent, "check_agent")).stdout,
    "check_agent belongs to the daemon",
  );
  const refused: [words: string[], line: string][] = [
    [[project.agent], "Missing COMMAND: expected [AGENT] COMMAND"],
    [[project.agent, "norrow"], 'Unknown command "norrow": did you mean "narrow"?'],
    [[project.agent, "endless"], "Cannot run endless: "],
  ];
  for (const [words, line] of refused) {
    const { code, stdout, stderr } = await run("learn", ...words);
    assertEquals([code, stdout], [3, ""]);
    assertStringIncludes(stderr, line);
  }
});

Deno.test("learn reports that it grants every permission, and leaves no temporary files", async () => {
  await using project = await createProject(checks("/nowhere"));
  const temporary = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", temporary);
  try {
    const { stderr } = await run("learn", project.agent, "started");
    assertStringIncludes(
      stderr,
      "Every permission that started requests is granted, for this run only",
    );
    assertEquals([...Deno.readDirSync(temporary)], []);
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
    await Deno.remove(temporary, { recursive: true });
  }
});

Deno.test("learn --json prints the permissions, and the difference to the declaration", async () => {
  await using project = await createProject(`
    import { defineAgent, defineCheck, plugin } from "@checkwright/checkwright";
    const check = defineCheck({
      description: "Reads one file, and declares another one",
      permissions: { read: ["/etc/hosts"] },
      run: () => Deno.readTextFileSync("/etc/passwd").split("\\n")[0],
    });
    export default defineAgent({ commands: {
      check_file: check,
      check_true: plugin(["/bin/true"]),
    } });
  `);
  const learned = async (name: string) =>
    JSON.parse((await run("learn", "--json", project.agent, name)).stdout);
  const [passwd, hosts] = ["/etc/passwd", "/etc/hosts"].map((entry) => ({ kind: "read", entry }));
  assertEquals(await learned("check_file"), {
    command: "check_file",
    permissions: { read: ["/etc/passwd"] },
    beyond: [],
    declared: [hosts],
    wider: [hosts],
    missing: [passwd],
  });
  assertEquals(await learned("check_true"), {
    command: "check_true",
    executable: Deno.realPathSync("/bin/true"),
  });
});
