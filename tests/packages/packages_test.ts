/** Packages of npm work in checks, in each kind of sandbox and in each program, without changes. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { compile } from "../deployed/deploying.ts";
import { createProject } from "../project.ts";
import { run, serve } from "../serving.ts";
import { libraryAgent, libraryChecks } from "./library_checks.ts";
import { password, servers, serversMissing } from "./servers.ts";

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

const checkOf = (code: string, permissions = "{}") =>
  `defineCheck({
  description: "Uses a package",
  permissions: ${permissions},
  async run() { ${code} },
})`;

/**
 * Asks commands in each kind of sandbox under `serve`, `run` and the launcher.
 *
 * @param agentOf returns the agent with the given commands
 * @param expected the texts of the results, by command
 */
async function everywhere(
  agentOf: (names: readonly string[]) => string,
  expected: Readonly<Record<string, string>>,
): Promise<void> {
  async function askAll(served: { port: number }, where: string): Promise<void> {
    for (const [name, text] of Object.entries(expected)) {
      for (const isolation of ["worker", "process"]) {
        const command = `${name}_${isolation}`;
        assertEquals(await askOnce(served, [command]), `OK ${text}`, `${where}: ${command}`);
      }
    }
  }
  await using project = await createProject(agentOf(Object.keys(expected)));
  {
    await using served = await serve(project.agent);
    await askAll(served, "serve");
  }
  {
    await using deployed = await compile(project.agent);
    await using started = await deployed.start();
    await askAll(started, "launcher");
  }
  // `run` bundles all libraries of an agent.
  for (const [name, text] of Object.entries(expected)) {
    await using project = await createProject(agentOf([name]));
    for (const isolation of ["worker", "process"]) {
      const { stdout, stderr } = await run("run", project.agent, `${name}_${isolation}`);
      assertEquals([stdout, stderr], [`${text}\n`, ""], `run: ${name}_${isolation}`);
    }
  }
}

Deno.test("Libraries without access work in checks", {
  // Three programs load all of them.
  timeout: 300_000,
}, async () => {
  const rows: [name: string, line: string, code: string, text: string, permissions?: string][] = [
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
    // It reads variables that are not declared.
    [
      "yaml",
      'import { parse } from "npm:yaml@2.9.1";',
      'return ok(String(parse("jobs: 4").jobs));',
      "4",
    ],
    // It requires a native addon in vain.
    [
      "ssh2",
      'import ssh2 from "npm:ssh2@1.17.0";',
      "return ok(typeof ssh2.utils.parseKey);",
      "function",
    ],
    // It is imported when the check runs, because it needs a permission for that.
    [
      "pino",
      "",
      'const { pino } = await import("npm:pino@10.4.0"); return ok(pino().level);',
      "info",
      '{ sys: ["hostname"] }',
    ],
    // A CommonJS package that requires built-in modules of Node.
    [
      "pg",
      'import pg from "npm:pg@8.23.1";',
      "return ok(pg.escapeLiteral(`it's`) + typeof new pg.Pool({ user: 'shop' }).connect);",
      "'it''s'function",
    ],
  ];
  await everywhere(
    (names) => {
      const chosen = rows.filter(([name]) => names.includes(name));
      return agentOf(
        chosen.map(([, line]) => line),
        Object.fromEntries(
          chosen.map(([name, , code, , permissions]) => [name, checkOf(code, permissions)]),
        ),
      );
    },
    Object.fromEntries(rows.map(([name, , , text]) => [name, text])),
  );
});

Deno.test("Stacks name the places of an agent that imports a CommonJS package", {
  timeout: 120_000,
}, async () => {
  await using project = await createProject(`import { defineAgent } from "@checkwright/checkwright";
import pg from "npm:pg@8.23.1";

interface Options {
  jobs: number;
}

function fails(): string {
  const options: Options = { jobs: 1 };

  throw new Error(\`\${options.jobs} failed\`);
}

export default defineAgent({ commands: { fails, used: () => typeof pg }, tls: false });
`);
  const { stderr } = await run("run", project.agent, "fails");
  assertStringIncludes(stderr, "Error: 1 failed\n    at fails (agent.ts:11:9)\n");
  await using deployed = await compile(project.agent);
  await using started = await deployed.start();
  assertEquals(await askOnce(started, ["fails"]), "UNKNOWN 1 failed");
  await started.logged("agent.ts:11:9");
});

Deno.test("A package that cannot work in a check is refused with its name and the reason", {
  timeout: 120_000,
}, async () => {
  const closed = "it requires node:vm, which is not available in a check";
  const rows: [line: string, error: string][] = [
    // With an import, and with require().
    [
      'import { JSONPath as used } from "npm:jsonpath-plus@11.3.0";',
      `Cannot import npm:jsonpath-plus@11.3.0: ${closed}`,
    ],
    [
      'import used from "npm:cassandra-driver@4.10.0";',
      `Cannot import npm:cassandra-driver@4.10.0: ${closed}`,
    ],
    [
      'import { pino as used } from "npm:pino@10.4.0";',
      'Cannot import npm:pino@10.4.0: it needs sys "hostname" when it is imported, and then no ' +
      "permission applies. Import it in the function run, with await import(), and declare the " +
      "permission",
    ],
    [
      'import used from "node:vm";',
      "Cannot evaluate it: NotCapable: node:vm is not for a check\n" +
      '  1 | import used from "node:vm";\n    |        ^',
    ],
  ];
  for (const [line, error] of rows) {
    await using project = await createProject(`${line}
import { defineAgent } from "@checkwright/checkwright";
export default defineAgent({ commands: { used: () => typeof used }, tls: false });
`);
    const { code, stderr } = await run("list", project.agent);
    const place = line.includes("node:vm") ? `${project.agent}:1:8` : project.agent;
    assertEquals([code, stderr], [3, `checkwright: error: ${place}: ${error}\n`], line);
  }
});

Deno.test(
  "Client libraries get answers from real servers, with the permission for the address only",
  {
    ignore: serversMissing,
    timeout: 300_000,
  },
  async () => {
    await using started = new AsyncDisposableStack();
    const ports = await startAll(started);
    const secret = await Deno.makeTempFile();
    started.defer(() => Deno.remove(secret));
    await Deno.writeTextFile(secret, `${password}\n`);
    await everywhere(
      (names) => libraryAgent(ports, secret, names),
      Object.fromEntries(Object.entries(libraryChecks).map(([name, { text }]) => [name, text])),
    );
  },
);

async function startAll(
  started: AsyncDisposableStack,
): Promise<Record<keyof typeof servers | "http", number>> {
  const http = started.use(
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("served")),
  );
  const starting = Object.entries(servers).map(async ([name, start]) =>
    [name, started.use(await start()).port] as const
  );
  return { ...Object.fromEntries(await Promise.all(starting)), http: http.addr.port } as Record<
    keyof typeof servers | "http",
    number
  >;
}
