import { basename, dirname } from "node:path/posix";
import { shellWord } from "../deploy/shell_word.ts";
import { quoteText } from "../nagios/text.ts";
import { findPackage } from "./own_package.ts";
import { projectFiles } from "./project_files.ts";
import { defineSubcommand } from "./subcommand.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** `checkwright init`: creates a project that passes its own tests. */
export const init: Subcommand = defineSubcommand({
  name: "init",
  summary: "Create a project: an agent, a check, its test, settings and tasks.",
  words: [{
    name: "DIR",
    meaning: "the project folder; created if missing, must be empty if it exists",
  }],
  exitCodes: {
    "0": "the project was created",
    "3": "the command line is invalid, or the folder cannot be used",
  },
  async run([folder]) {
    let count: number;
    try {
      count = await create(folder!);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new UsageError(`Cannot create a project in ${quoteText(folder!)}: ${error.message}`);
    }
    console.log(
      [
        `Created ${count} files in ${folder}. Next:`,
        "",
        ...(folder === "." ? [] : [`  cd ${shellWord(folder!)}`]),
        "  deno task test     # the check's own tests",
        "  deno task dev      # listens on 127.0.0.1:5666 and reloads after each edit",
      ].join("\n"),
    );
    return 0;
  },
});

async function create(folder: string): Promise<number> {
  await Deno.mkdir(folder, { recursive: true });
  const path = await Deno.realPath(folder);
  // The .git folder of a new repository is not an obstacle.
  const present = [...Deno.readDirSync(path)].map(({ name }) => name).filter((name) =>
    name !== ".git"
  );
  if (present.length > 0) {
    const others = present.length === 1 ? "" : ` and ${present.length - 1} more`;
    throw new Error(`the folder contains ${quoteText(present.sort()[0]!)}${others}`);
  }
  const files = Object.entries(await projectFiles(basename(path), findPackage(path)));
  for (const [name, text] of files) {
    await Deno.mkdir(dirname(`${path}/${name}`), { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text, { createNew: true });
  }
  return files.length;
}
