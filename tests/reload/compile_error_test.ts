/** `serve --watch` reports the place of a compile error and keeps serving. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { serve } from "../serving.ts";

const agent = (code: string) => `
import { defineAgent, defineCheck } from "@checkwright/checkwright";
import { word } from "./word.ts";
const says = defineCheck({ description: "Says a word", ${code} });
export default defineAgent({ commands: { says } });
`;

Deno.test("serve --watch shows the line of a compile error and keeps serving the old agent", async () => {
  await using project = await createProject(agent("run: () => word"));
  await project.write("word.ts", 'export const word = "one";\n');
  await using served = await serve(project.agent, "--no-tls", "--watch");
  assertEquals(await askOnce(served, ["says"]), "OK one");

  await project.write("word.ts", 'const before = 1;\nexport const word = "two;\n');
  await served.logged("error reload refused");
  assertStringIncludes(
    served.log(),
    `checkwright: error: ${project.folder}/word.ts:2:21: Cannot bundle: ` +
      'Unterminated string constant\n  2 | export const word = "two;\n    |                     ^\n',
  );
  assertEquals(await askOnce(served, ["says"]), "OK one");

  await project.write("word.ts", 'export const word = "three";\n');
  await served.logged(" info reload ");
  await project.write("agent.ts", agent("run: () => word").replace("./word", "./wrod"));
  await served.logged("error reload refused", 2);
  assertStringIncludes(
    served.log(),
    '  3 | import { word } from "./wrod.ts";\n    |                      ^\n',
  );
  assertEquals(await askOnce(served, ["says"]), "OK three");
});

Deno.test("serve --watch shows type errors, which do not prevent the reload", async () => {
  await using project = await createProject(agent("run: () => word"));
  await project.write("word.ts", 'export const word = "one";\n');
  await using served = await serve(project.agent, "--no-tls", "--watch");

  await project.write("agent.ts", agent('optoins: {}, run: () => word + "!"'));
  await served.logged("warning types errors=1");
  assertStringIncludes(
    served.log(),
    `checkwright: warning: ${project.folder}/agent.ts:4:56: Object literal may only specify known `,
  );
  assertStringIncludes(
    served.log(),
    '  4 | const says = defineCheck({ description: "Says a word", optoins: {}, ' +
      `run: () => word + "!" });\n    |${" ".repeat(56)}^\n`,
  );
  assertEquals(await askOnce(served, ["says"]), "OK one!");
  assertEquals(served.log().includes("refused"), false);
  assertEquals(served.log().includes("\x1b"), false);

  await project.write("agent.ts", agent('run: () => word + "?"'));
  await served.logged("info types errors=0");
  assertEquals(await askOnce(served, ["says"]), "OK one?");
  assertEquals(await served.stop(), 0);
});
