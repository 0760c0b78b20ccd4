/** The page about deploying: its console samples are run, and its list of files is compared. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../ports.ts";
import { checkwright, run } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { outputOf, PATIENCE, within } from "../waiting.ts";

const page = await Deno.readTextFile(new URL("../../src/deploy/README.md", import.meta.url));

/** The shell prints this line after each command. */
const endMark = "END-OF-OUTPUT";

/** A command of a sample, and the output that the page shows. */
interface Step {
  command: string;
  output: string;
}

/** Returns the commands of all console samples with their outputs. */
function stepsOf(page: string): Step[] {
  return [...page.matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(([, block]) =>
    block!.split(/^\$ /m).slice(1).map((step) => {
      const [command, ...lines] = step.trimEnd().split("\n");
      return { command: command!, output: lines.join("\n") };
    })
  );
}

/** Opens a shell that runs one command after the other, and returns the output of each. */
function openShell(cwd: string, env: Record<string, string>) {
  const child = new Deno.Command("/bin/sh", {
    cwd,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const write = (line: string) => input.write(new TextEncoder().encode(`${line}\n`));
  async function readTo(end: RegExp): Promise<string> {
    for (;;) {
      const match = end.exec(text);
      if (match !== null) {
        const before = text.slice(0, match.index + match[0].length);
        text = text.slice(before.length);
        return before.replace(`${endMark}\n`, "").trimEnd();
      }
      const { value = "", done } = await within(2 * PATIENCE, "an output", reader.read());
      assert(!done, `The shell has ended after ${JSON.stringify(text)}`);
      text += value;
    }
  }
  return {
    async run(command: string): Promise<string> {
      await write(command);
      if (command.endsWith(" &")) return await readTo(/^.* listening on .*\n/m);
      await write(`echo ${endMark}`);
      return await readTo(new RegExp(`${endMark}\n`));
    },
    async close(): Promise<void> {
      await write("kill $!; wait $!");
      await input.close();
      await reader.cancel();
      await within(PATIENCE, "the end of the shell", child.status);
    },
  };
}

Deno.test("The console samples of the page about deploying show the real outputs", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "checkwright-page-" }));
  const project = `${root}/shop`;
  assertEquals((await run("init", project)).code, 0);
  const port = freePort();
  const agent = await Deno.readTextFile(`${project}/agent.ts`);
  await Deno.writeTextFile(
    `${project}/agent.ts`,
    agent.replace("defineAgent({\n", `defineAgent({\n  listen: "127.0.0.1:${port}",\n`),
  );
  assertEquals((await run("permissions", `${project}/agent.ts`, "--lock")).code, 0);
  await Deno.mkdir(`${root}/bin`);
  await Deno.symlink(Deno.execPath(), `${root}/bin/deno`);
  const shell = openShell(project, {
    PATH: `${root}/bin:/usr/bin:/bin`,
    STATE_DIRECTORY: `${root}/state`,
    NO_COLOR: "1",
  });
  const asOnPage = (text: string) =>
    text.replaceAll(`${root}/state`, "/var/lib/checkwright").replaceAll(root, "/srv")
      .replaceAll(`127.0.0.1:${port}`, "127.0.0.1:5666")
      // The size of the programs and the number of files in /var/tmp change.
      .replaceAll(/\d+ KiB|\d+ files waiting|files=\d+/g, (part) => part.replace(/\d+/, "N"));
  let count = 0;
  try {
    assertEquals(await shell.run("exec 2>&1"), "");
    for (const { command, output } of stepsOf(page)) {
      if (command.includes("--deb") && isMissing("/usr/bin/dpkg-deb")) continue;
      const printed = await shell.run(
        command.replace("-H 127.0.0.1", `-H 127.0.0.1 -p ${port}`),
      );
      // The page omits log lines, which start with the time, and what Deno downloads first.
      const omitted = /^(?:[\d-]+T[\d:.]+Z |Download )/;
      const lines = printed.split("\n").filter((line) => !omitted.test(line));
      assertEquals(asOnPage(lines.join("\n")), asOnPage(output), command);
      count++;
    }
  } finally {
    await shell.close();
    await Deno.remove(root, { recursive: true });
  }
  assert(count >= 7, `only ${count} commands`);
});

Deno.test("The page about deploying lists the files of a deployable", async () => {
  const root = await Deno.makeTempDir({ prefix: "checkwright-page-" });
  assertEquals((await run("init", `${root}/shop`)).code, 0);
  const compiling = checkwright("compile", `${root}/shop/agent.ts`, "--out", `${root}/out`);
  assertEquals((await outputOf(compiling.spawn(), "compile")).code, 0);
  const written = [...Deno.readDirSync(`${root}/out`)].map(({ name }) => name).sort();
  const [table] = /\| File [^]*?\n\n/.exec(page)!;
  const listed = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!).sort();
  assertEquals(listed, written);
  const unit = await Deno.readTextFile(`${root}/out/checkwright.service`);
  const [, program] = /^ExecStart=(.*)$/m.exec(unit)!;
  assertMatch(page, new RegExp(`ENTRYPOINT \\["${RegExp.escape(program!)}"\\]`));
  await Deno.remove(root, { recursive: true });
});
