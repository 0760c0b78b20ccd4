/** `serve --watch` reloads when a file changes. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { run, serve, type Served } from "../serving.ts";
import { later, until } from "../waiting.ts";

const agent = (body: string) => `
import { defineAgent, ok } from "@checkwright/checkwright";
import { word } from "./parts/word.ts";
export default defineAgent({ commands: { ${body} } });
`;

/** Repeats a query until the answer is no longer `from`. */
async function changed(served: Served, command: string, from: string): Promise<string> {
  return await until(`an answer other than ${from}`, async () => {
    const answer = await askOnce(served, [command]);
    return answer !== from && answer;
  });
}

Deno.test("serve --watch reloads a changed agent, module or settings file, and refuses invalid ones", async () => {
  await using project = await createProject(agent("says: () => ok(word)"));
  await Deno.mkdir(`${project.folder}/parts`);
  await project.write("parts/word.ts", 'export const word = "one";');
  const settings = await project.write("settings.yaml", "refusals: explain\n");
  await using served = await serve(
    project.agent,
    ...["--no-tls", "--watch", "--settings", settings],
  );
  assertEquals(await askOnce(served, ["says"]), "OK one");

  await project.write("agent.ts", agent('says: () => ok(word + "!")'));
  assertEquals(await changed(served, "says", "OK one"), "OK one!");

  // Some editors write a new file and rename it.
  await project.write("parts/word.ts~", 'export const word = "two";');
  await Deno.rename(`${project.folder}/parts/word.ts~`, `${project.folder}/parts/word.ts`);
  assertEquals(await changed(served, "says", "OK one!"), "OK two!");

  await project.write("agent.ts", agent("says: () => ok(word"));
  await served.logged("error reload refused");
  assertStringIncludes(served.log(), "Cannot bundle");
  assertEquals(await askOnce(served, ["says"]), "OK two!");
  await project.write("parts/word.ts", 'export const word = "three";');
  await served.logged("error reload refused", 2);
  await project.write("agent.ts", agent("says: () => ok(word)"));
  assertEquals(await changed(served, "says", "OK two!"), "OK three");

  await project.write("settings.yaml", "refusals: perhaps\n");
  await served.logged("error reload refused", 3);
  await project.write("settings.yaml", "refusals: silent\n");
  // A file that the agent does not use causes no reload.
  const reloads = served.log().split(" info reload ").length;
  await served.logged(" info reload ", reloads);
  await project.write("notes.txt", "nothing");
  await later(600);
  assertEquals(served.log().split(" info reload ").length - 1, reloads);
  assertEquals(await served.stop(), 0);
});

Deno.test("serve --watch restarts the daemon if the agent needs more permissions", async () => {
  const source = (permissions: string, word: string) => `
import { defineAgent, defineCheck } from "@checkwright/checkwright";
const reads = defineCheck({
  description: "Reads a file",
  permissions: ${permissions},
  run: async () => "${word} " + (await Deno.readTextFile("/etc/hostname")).length,
});
export default defineAgent({ commands: { reads } });
`;
  await using project = await createProject(source("{}", "first"));
  assertEquals((await run("permissions", project.agent, "--lock")).code, 0);
  await using served = await serve(project.agent, "--no-tls", "--watch");
  const refusal = await askOnce(served, ["reads"]);
  assertStringIncludes(refusal, "Permission refused");
  await project.write("agent.ts", source('{ read: ["/etc/hostname"] }', "second"));
  await served.logged(" restart ");
  assertStringIncludes(served.log(), "the agent needs more permissions: read /etc/hostname");
  const notGranted = "permissions.lock.json does not grant read /etc/hostname: review the change";
  assertStringIncludes(served.log(), `warning: commands.reads: ${notGranted}`);
  const refused = await run("serve", project.agent, "--no-tls", "--listen", "127.0.0.1:0");
  assertEquals(refused.code, 3);
  assertStringIncludes(refused.stderr, `error: commands.reads: ${notGranted}`);
  const answer = await until(
    "an answer of the new daemon",
    async () => {
      const answer = await askOnce(served, ["reads"]).catch(() => refusal);
      return answer !== refusal && answer;
    },
  );
  assertStringIncludes(answer, "OK second ");
  await project.write("agent.ts", source('{ read: ["/etc/hostname"] }', "third"));
  assertStringIncludes(await changed(served, "reads", answer), "OK third ");
  assertEquals(served.log().split(" restart ").length, 2);
  assertEquals(await served.stop(), 0);
});
