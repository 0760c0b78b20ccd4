import { basename, dirname } from "node:path/posix";
import { shellWord } from "../deploy/shell_word.ts";
import { quoteText } from "../nagios/text.ts";
import { findPackage } from "./own_package.ts";
import { projectFiles } from "./project_files.ts";
import { defineSubcommand } from "./subcommand.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** `checkwright init`: a project to start from, which passes its own tests. */
export const init: Subcommand = defineSubcommand({
  name: "init",
  summary: "Start a project: an agent, a check, its test, tasks.",
  words: [{ name: "DIR", meaning: "its folder, which is made; one that is there must be empty" }],
  async run([folder]) {
    let count: number;
    try {
      count = await create(folder!);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new UsageError(`Cannot start a project in ${quoteText(folder!)}: ${error.message}`);
    }
    console.log(
      [
        `${count} files are in ${folder}. Next:`,
        "",
        ...(folder === "." ? [] : [`  cd ${shellWord(folder!)}`]),
        "  deno task test     # the check's own tests",
        "  deno task dev      # serves on 127.0.0.1:5666, and follows what you edit",
      ].join("\n"),
    );
    return 0;
  },
});

async function create(folder: string): Promise<number> {
  await Deno.mkdir(folder, { recursive: true });
  const path = await Deno.realPath(folder);
  // That of a repository which has no commit yet is in nobody's way.
  const there = [...Deno.readDirSync(path)].map(({ name }) => name).filter((name) =>
    name !== ".git"
  );
  if (there.length > 0) {
    const others = there.length === 1 ? "" : ` and ${there.length - 1} more`;
    throw new Error(`it holds ${quoteText(there.sort()[0]!)}${others}`);
  }
  const files = Object.entries(await projectFiles(basename(path), findPackage(path)));
  for (const [name, text] of files) {
    await Deno.mkdir(dirname(`${path}/${name}`), { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text, { createNew: true });
  }
  return files.length;
}
