/** Variables that a check reads in `process.env` without declaring them. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createProject } from "../project.ts";
import { checkwrightIn } from "../serving.ts";
import { outputOf } from "../waiting.ts";

const agent = `
import { unknown, defineAgent, defineCheck, ok } from "@checkwright/checkwright";
import process from "node:process";

const atTheTop = process.env.SHOP_OTHER;

const token = () => \`\${process.env.SHOP_USER} \${process.env.SHOP_TOKEN ?? atTheTop}\`;
const permissions = { env: ["SHOP_USER"] };
const fine = defineCheck({ description: "x", permissions, run: () => ok(token()) });
const failing = defineCheck({ description: "x", permissions, run: () => unknown(token()) });
const both = (name: string, check: typeof fine) => ({
  [name]: check,
  [\`\${name}_process\`]: check({}, { isolation: "process" }),
});
export default defineAgent({ commands: { ...both("fine", fine), ...both("failing", failing) } });
`;

const line =
  "process.env.SHOP_TOKEN is undefined, because the permission env does not declare it\n";

async function ask(...args: string[]) {
  const child = checkwrightIn({ SHOP_USER: "shop", SHOP_TOKEN: "t0ken" }, ...args).spawn();
  const { code, stdout, stderr } = await outputOf(child, args.join(" "));
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("run names the undeclared variables of process.env if the result is UNKNOWN", async () => {
  await using project = await createProject(agent);
  for (const suffix of ["", "_process"]) {
    assertEquals(await ask("run", project.agent, `fine${suffix}`), {
      code: 0,
      stdout: "shop undefined\n",
      stderr: "",
    });
    assertEquals(await ask("run", project.agent, `failing${suffix}`), {
      code: 3,
      stdout: "shop undefined\n",
      stderr: line,
    });
  }
});

Deno.test("learn names the undeclared variables of process.env", async () => {
  await using project = await createProject(agent);
  const { code, stderr } = await ask("learn", project.agent, "fine");
  assertEquals(code, 0);
  assertStringIncludes(stderr, line);
});
