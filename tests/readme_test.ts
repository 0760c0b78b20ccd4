/** The console samples of the README, run as the README shows them. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createProject } from "./project.ts";
import { samplesOf, shownOutput, withoutNumbers } from "./samples.ts";
import { run, serve } from "./serving.ts";
import { tools } from "./tools.ts";
import { runToEnd } from "./waiting.ts";

const page = "README.md";
const builtIn = fileURLToPath(new URL("../checks/agent.ts", import.meta.url));

Deno.test("The README has at most 180 lines, and its links lead to pages that exist", async () => {
  const text = await Deno.readTextFile(new URL(`../${page}`, import.meta.url));
  assertEquals(text.split("\n").length <= 181, true);
  const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path!);
  assertEquals(links.length >= 9, true);
  for (const path of links) await Deno.stat(new URL(`../${path}`, import.meta.url));
});

Deno.test("The README lists every check of the library", async () => {
  const text = await Deno.readTextFile(new URL(`../${page}`, import.meta.url));
  const listed = [...text.matchAll(/^\| `([a-zA-Z]+)` +\|/gm)].map(([, name]) => name!);
  const exported = Object.keys(await import("../checks/mod.ts"));
  assertEquals(listed.sort(), exported.sort());
});

Deno.test("The README shows what check_nrpe prints", {
  ignore: tools.checkNrpe === undefined,
}, async () => {
  await using daemon = await serve(builtIn);
  const ready = await shownOutput(page, "npx --yes deno@2.9.6 task start");
  assertEquals(withoutNumbers(daemon.line), withoutNumbers(ready));
  const samples = (await samplesOf(page)).filter(({ command }) => command.includes("check_nrpe"));
  assertEquals(samples.length, 3);
  for (const { command, output } of samples) {
    const [, name, , args] = / -c (\w+)( -a '(.*)')?$/.exec(command)!;
    const { stdout } = await runToEnd(tools.checkNrpe!, {
      args: ["-H", "127.0.0.1", "-p", `${daemon.port}`, "-c", name!, ...args ? ["-a", args] : []],
    });
    assertEquals(comparable(new TextDecoder().decode(stdout)), comparable(output));
  }
});

Deno.test("The README shows what init prints", async () => {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  const { stdout } = await run("init", `${folder}/shop`);
  // Without Deno in PATH, init names the command of npm.
  const { deno } = Deno.version;
  assertEquals(
    stdout.trim().replaceAll(`${folder}/`, "").replaceAll(`npx --yes deno@${deno} `, "deno "),
    await shownOutput(page, "checkwright init shop"),
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("The README shows what validate prints for three errors", async () => {
  const readme = await Deno.readTextFile(new URL(`../${page}`, import.meta.url));
  const [, agent] = /^```ts\n([^`]*defineAgent\(\{[\s\S]*?)^```$/m.exec(readme)!;
  await using project = await createProject(
    agent!.replace("10.0.0.0/8", "10.0.0.0/33").replace("5,4,3", "5x")
      .replace(", { optional: true }", ""),
  );
  const { code, stderr } = await run("validate", project.agent);
  assertEquals(code, 3);
  assertEquals(
    stderr.trimEnd().replaceAll(project.agent, "agent.ts"),
    await shownOutput(page, "checkwright validate agent.ts"),
  );
});

/** Numbers and the state differ between runs. */
function comparable(text: string): string {
  return withoutNumbers(text).replaceAll(/\b(?:OK|WARNING|CRITICAL)\b/g, "STATE");
}
