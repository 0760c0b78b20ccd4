/** Packages of npm work in checks, in each kind of sandbox and in each program, without changes. */
import { assertEquals } from "@std/assert";
import { askOnce } from "../asking.ts";
import { compile } from "../deployed/deploying.ts";
import { createProject } from "../project.ts";
import { run, serve } from "../serving.ts";

/** An agent with each check twice: in a worker and in a process. */
const agentOf = (imports: readonly string[], checks: Readonly<Record<string, string>>) => `
  import { defineAgent, defineCheck, ok } from "@checkwright/checkwright";
  ${imports.join("\n  ")}
  const checks = {
    ${Object.entries(checks).map(([name, code]) => `${name}: ${code},`).join("\n    ")}
  };
  const both = Object.entries(checks).flatMap(([name, check]) => [
    [name + "_worker", check({}, { isolation: "worker" })],
    [name + "_process", check({}, { isolation: "process" })],
  ]);
  export default defineAgent({ commands: Object.fromEntries(both), tls: false });
`;

const checkOf = (code: string) =>
  `defineCheck({
  description: "Uses a package",
  run() { ${code} },
})`;

/** Asks each command of an agent under `serve`, `run` and the launcher. */
async function everywhere(
  agent: string,
  expected: Readonly<Record<string, string>>,
): Promise<void> {
  await using project = await createProject(agent);
  const commands = Object.entries(expected).flatMap(([name, text]) =>
    ["worker", "process"].map((isolation) => [`${name}_${isolation}`, text] as const)
  );
  async function askAll(served: { port: number }, where: string): Promise<void> {
    for (const [name, text] of commands) {
      assertEquals(await askOnce(served, [name]), `OK ${text}`, `${where}: ${name}`);
    }
  }
  {
    await using served = await serve(project.agent);
    await askAll(served, "serve");
  }
  for (const [name, text] of Object.entries(expected)) {
    const { stdout, stderr } = await run("run", project.agent, `${name}_worker`);
    assertEquals([stdout, stderr], [`${text}\n`, ""], `run: ${name}`);
  }
  await using deployed = await compile(project.agent);
  await using started = await deployed.start();
  await askAll(started, "launcher");
}

Deno.test("Libraries without access work in checks without permissions", {
  // Three programs load all of them.
  timeout: 300_000,
}, async () => {
  const rows: [name: string, line: string, code: string, text: string][] = [
    [
      "date_fns",
      'import { differenceInDays } from "npm:date-fns@4.4.0";',
      'return ok(String(differenceInDays(new Date("2026-03-01"), new Date("2026-01-01"))));',
      "59",
    ],
    [
      "zod",
      'import { z } from "npm:zod@4.6.7";',
      'return ok(z.object({ jobs: z.number() }).safeParse({ jobs: "x" }).error?.issues[0]?.code ?? "");',
      "invalid_type",
    ],
    [
      "lodash",
      'import lodash from "npm:lodash@4.18.1";',
      "return ok(lodash.sumBy([{ n: 1 }, { n: 2 }], 'n') + lodash.template('<%= a %>')({ a: 4 }));",
      "34",
    ],
    [
      "semver",
      'import semver from "npm:semver@7.8.6";',
      'return ok(String(semver.satisfies("1.2.3", "^1.0.0")));',
      "true",
    ],
    // CommonJS packages that require built-in modules of Node.
    [
      "pg",
      'import pg from "npm:pg@8.23.1";',
      "return ok(pg.escapeLiteral(`it's`) + typeof new pg.Pool({ user: 'shop' }).connect);",
      "'it''s'function",
    ],
  ];
  const agent = agentOf(
    rows.map(([, line]) => line),
    Object.fromEntries(rows.map(([name, , code]) => [name, checkOf(code)])),
  );
  await everywhere(agent, Object.fromEntries(rows.map(([name, , , text]) => [name, text])));
});
