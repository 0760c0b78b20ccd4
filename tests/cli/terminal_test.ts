import { assert, assertEquals } from "@std/assert";
import { createProject } from "../project.ts";
import { checkwright, run } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { runToEnd } from "../waiting.ts";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Runs the command line in a terminal and returns what the terminal receives. */
async function inTerminal(words: string[], env: Record<string, string> = {}): Promise<string> {
  const deno = [Deno.execPath(), "run", "--quiet", "--allow-all", `--config=${config}`, main];
  const line = [...deno, ...words].map((word) => `'${word}'`).join(" ");
  const { stdout } = await runToEnd("/usr/bin/script", {
    args: ["--quiet", "--return", "--command", line, "/dev/null"],
    env: { NO_COLOR: "", ...env },
  });
  return new TextDecoder().decode(stdout).replaceAll("\r\n", "\n");
}

const agent = (start = "") => `
  import { defineAgent, warning } from "@checkwright/checkwright";
  ${start}
  export default defineAgent({ commands: { check_it: () => warning("three are left") } });
`;

Deno.test("run shows the state in a terminal, in its colour unless NO_COLOR is set", {
  ignore: isMissing("/usr/bin/script"),
}, async () => {
  await using project = await createProject(agent());
  const words = ["run", project.agent, "check_it"];
  const coloured = "\x1b[1;33mWARNING\x1b[0m (exit code 1)\n";
  assert((await inTerminal(words)).endsWith(`three are left\n${coloured}`));
  const plain = await inTerminal(words, { NO_COLOR: "1" });
  assert(plain.endsWith("three are left\nWARNING (exit code 1)\n"), plain);
  const { stdout, stderr } = await run(...words);
  assertEquals([stdout, stderr], ["three are left\n", ""]);
});

Deno.test("run mentions learn in a terminal if a permission is refused", {
  ignore: isMissing("/usr/bin/script"),
}, async () => {
  await using project = await createProject(`
    import { defineAgent } from "@checkwright/checkwright";
    export default defineAgent({
      commands: { check_it: () => Deno.readTextFileSync("/etc/hostname") },
    });
  `);
  const shown = await inTerminal(["run", project.agent, "check_it"], { NO_COLOR: "1" });
  const note = "checkwright: To see all permissions that the check needs, run checkwright learn " +
    `${project.agent} check_it\n`;
  assert(shown.endsWith(`UNKNOWN (exit code 3)\n${note}`), shown);
});

Deno.test("A terminal shows what takes more than a second, until it is done", {
  ignore: isMissing("/usr/bin/script"),
}, async () => {
  await using project = await createProject(
    agent("await new Promise((resolve) => setTimeout(resolve, 1_500));"),
  );
  const shown = await inTerminal(["list", project.agent, "--names"]);
  const line = `checkwright: loading "${project.agent}" …`;
  assert(shown.startsWith(`${line}\r\x1b[K`), JSON.stringify(shown));
  assert(shown.includes("check_it\n") && !shown.slice(line.length).includes("loading"));
  const { stderr } = await checkwright("list", project.agent, "--names").output();
  assertEquals(new TextDecoder().decode(stderr), "");
});
