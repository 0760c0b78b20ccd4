/** An agent in a user's project, outside this repository. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sendQuery } from "../../src/client/mod.ts";
import { run, serve } from "../serving.ts";
import { runToEnd } from "../waiting.ts";

const root = new URL("../../", import.meta.url).href;

const good = `
import { defineAgent, defineCheck, ok, option, plugin } from "@checkwright/checkwright";
import { dummy } from "@checkwright/checkwright/checks";
import { suffix } from "own";

const greet = defineCheck({
  description: "Greets",
  options: {
    name: option.text({ short: "n", description: "Whom", default: "world" }),
    times: option.integer({ short: "t", description: "How often", min: 1, max: 9, default: 1 }),
  },
  run: ({ name, times }) => ok(("hello " + name + " ").repeat(times) + suffix),
});

export default defineAgent({
  commands: {
    greet: greet({ times: 2 }, { acceptArguments: true }),
    echo: plugin(["/bin/echo", "got", "$ARG1$"], { acceptArguments: true }),
    bare: () => ok("bare"),
    dummy: dummy({ state: "2", text: "from the library" }),
  },
});
`;

const bad = `
import { defineAgent, defineCheck, ok, option, plugin } from "@checkwright/checkwright";

const greet = defineCheck({
  description: "Greets",
  options: { times: option.integer({ description: "How often" }) },
  run: () => ok("hello"),
});

export default defineAgent({
  allowedHosts: ["127.0.0.1", "10.0.0.0/33"],
  commands: {
    wrong_type: greet({ times: "many" }),
    unknown_option: greet({ tmies: 2 } as never),
    missing: plugin(["/no/such/plugin", "5"]),
  },
});
`;

async function project(agent: string): Promise<{ path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({
      imports: {
        "@checkwright/checkwright": `${root}src/mod.ts`,
        "@checkwright/checkwright/checks": `${root}checks/mod.ts`,
        "own": "./own.ts",
      },
    }),
  );
  await Deno.writeTextFile(`${folder}/own.ts`, 'export const suffix = "!";');
  await Deno.writeTextFile(`${folder}/agent.ts`, agent);
  return {
    path: `${folder}/agent.ts`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("An agent outside the repository passes the type check and validate, and answers queries", async () => {
  await using user = await project(good);
  const check = await runToEnd(Deno.execPath(), {
    args: ["check", "agent.ts"],
    cwd: user.path.replace(/\/[^/]*$/, ""),
  });
  assertEquals(check.code, 0, new TextDecoder().decode(check.stderr));
  const valid = await run("validate", user.path);
  assertEquals([valid.code, valid.stderr], [0, ""]);
  assertMatch(valid.stdout, /agent\.ts is valid: 3 checks, 1 plugin\n$/);

  await using served = await serve(user.path);
  const ask = async (command: string, ...args: string[]) => {
    const { state, text } = await sendQuery({
      host: "127.0.0.1",
      port: served.port,
      command,
      args,
    });
    return `${state} ${text}`;
  };
  assertEquals(await ask("greet"), "OK hello world hello world !");
  assertEquals(await ask("greet", "-n you", "--times=1"), "OK hello you !");
  assertEquals(await ask("echo", "a  'b  c'"), "OK got a b  c");
  assertEquals(await ask("bare"), "OK bare");
  assertEquals(await ask("dummy"), "CRITICAL CRITICAL: from the library");
  assertMatch(await ask("greet", "-t", "10"), /^UNKNOWN Option "times": .* from 1 to 9/);
  assertStringIncludes(await ask("bare", "x"), "Arguments are not accepted");
});

Deno.test("validate reports all errors of an agent at once, each with its place", async () => {
  await using user = await project(bad);
  const { code, stdout, stderr } = await run("validate", user.path);
  assertEquals([code, stdout], [3, ""]);
  const lines = stderr.trim().split("\n");
  for (
    const expected of [
      "allowedHosts[1]:",
      "commands.wrong_type.options.times:",
      "commands.unknown_option.options.tmies:",
      'commands.missing.argv[0]: Cannot start "/no/such/plugin": No such file or directory',
      "has 4 errors",
    ]
  ) assert(lines.some((line) => line.includes(expected)), `${expected} is not in ${stderr}`);
  assertEquals(lines.length, 5);
  const served = await run("serve", user.path, "--listen", "127.0.0.1:0");
  assertEquals([served.code, served.stdout], [3, ""]);
});

Deno.test("validate explains why a module is not an agent, throws, or cannot be bundled", async () => {
  const table: [source: string, reason: string][] = [
    ["export default 42;", "expected a default export made by defineAgent()"],
    ["throw new Error('no database');", "no database"],
    ["import './missing.ts'; export default {};", "missing.ts"],
    ["export default {", "Cannot bundle"],
    ["Deno.readTextFileSync('/etc/passwd'); export default {};", "read access"],
  ];
  for (const [source, reason] of table) {
    await using user = await project(source);
    const { code, stderr } = await run("validate", user.path);
    assertEquals(code, 3, source);
    assertStringIncludes(stderr, reason);
  }
  const absent = await run("validate", "/no/such/agent.ts");
  assertEquals([absent.code, absent.stderr], [
    3,
    "checkwright: error: /no/such/agent.ts: No such file\n",
  ]);
});
