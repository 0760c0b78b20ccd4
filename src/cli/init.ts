import { basename, dirname, relative } from "node:path/posix";
import { shellWord } from "../deploy/shell_word.ts";
import { quoteText } from "../nagios/text.ts";
import { newCheck } from "./new_check.ts";
import { COPY_FOLDER, findPackage } from "./own_package.ts";
import { copiedFiles, projectFiles, repositoryFiles } from "./project_files.ts";
import { defineSubcommand } from "./subcommand.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** `checkwright init`: creates a project that passes its own tests. */
export const init: Subcommand = defineSubcommand({
  name: "init",
  summary: "Create a project: an agent, a check, its test, settings, tasks and a workflow.",
  words: [{
    name: "DIR",
    optional: true,
    meaning: "the project folder; created if missing, must be empty if it exists; with --check " +
      "(default: .), the folder of an existing project",
  }],
  options: {
    check: { value: "NAME", meaning: "add a check with this name, and its test, to a project" },
    monorepo: {
      meaning: "the folder is a part of a git repository: write the workflow and the settings of " +
        "editors at the top of the repository",
    },
  },
  exitCodes: {
    "0": "the project was created",
    "3": "the command line is invalid, or the folder cannot be used",
  },
  async run([folder], { monorepo, check }) {
    if (check !== undefined) {
      if (monorepo) throw new UsageError("Cannot combine --check with --monorepo");
      return await addCheck(folder ?? ".", check);
    }
    if (folder === undefined) {
      throw new UsageError("Missing DIR: expected a folder for the project");
    }
    let created: Created;
    try {
      created = await create(folder, monorepo);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new UsageError(`Cannot create a project in ${quoteText(folder)}: ${error.message}`);
    }
    const deno = await isInPath("deno") ? "deno" : `npx --yes deno@${Deno.version.deno}`;
    console.log(
      [
        `Created ${created.count} files in ${folder}${
          created.copied ? `, and a copy of Checkwright in ${folder}/${COPY_FOLDER}` : ""
        }. Next:`,
        "",
        ...(folder === "." ? [] : [`  cd ${shellWord(folder)}`]),
        `  ${deno} task test     # the check's own tests`,
        `  ${deno} task dev      # listens on 127.0.0.1:5666 and reloads after each edit`,
        ...created.notes.flatMap((note) => ["", note]),
      ].join("\n"),
    );
    return 0;
  },
});

/** Adds a check to a project. The agent is not changed: its author decides on the option values. */
async function addCheck(folder: string, name: string): Promise<number> {
  try {
    const { files, importLine, commandLine } = await newCheck(name);
    const paths = Object.keys(files);
    for (const path of paths) {
      const exists = await Deno.lstat(`${folder}/${path}`).then(() => true, () => false);
      if (exists) throw new Error(`${path} exists already`);
    }
    await Deno.lstat(`${folder}/agent.ts`).catch(() => {
      throw new Error(`${folder}/agent.ts is missing: expected the folder of a project`);
    });
    await writeFiles(folder, files);
    console.log(
      [
        `Created ${paths.join(" and ")}. Add the check to agent.ts:`,
        "",
        `  ${importLine}`,
        `  ${commandLine}`,
      ].join("\n"),
    );
    return 0;
  } catch (error) {
    throw new UsageError(`Cannot add a check: ${(error as Error).message}`);
  }
}

interface Created {
  /** The number of files, without the copy of Checkwright. */
  count: number;
  /** Whether the project contains a copy of Checkwright. */
  copied: boolean;
  /** Sentences about files outside the folder. */
  notes: string[];
}

async function create(folder: string, monorepo: boolean): Promise<Created> {
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
  const repository = await findRepository(path);
  if (monorepo && repository === undefined) {
    throw new Error("no folder above it is a git repository, which --monorepo requires");
  }
  const own = findPackage();
  const top = monorepo ? repository! : path;
  const shared = await repositoryFiles(relative(top, path), own);
  const copy = await copiedFiles(own);
  const files = await projectFiles(basename(path), own);
  await writeFiles(path, { ...files, ...copy });
  const kept = await writeFiles(top, shared, true);
  const notes = kept.map((name) =>
    `${top}/${name} exists and was not changed. Add these lines:\n${shared[name]!.trimEnd()}`
  );
  if (!monorepo && repository !== undefined && repository !== path) {
    notes.push(
      `${repository} is a git repository: GitHub reads workflows only there. With --monorepo, the ` +
        "workflow is written there.",
    );
  }
  const count = Object.keys(files).length + Object.keys(shared).length - kept.length;
  return { count, copied: Object.keys(copy).length > 0, notes };
}

// Returns the files that exist already. A link in a repository must not lead the files elsewhere.
async function writeFiles(
  folder: string,
  files: Record<string, string>,
  keep = false,
): Promise<string[]> {
  const kept: string[] = [];
  const top = await Deno.realPath(folder);
  for (const [name, text] of Object.entries(files)) {
    const parent = dirname(`${folder}/${name}`);
    if (!`${await realPathOf(parent)}/`.startsWith(`${top}/`)) {
      throw new Error(`${dirname(name)} is a link to a folder outside of the project`);
    }
    await Deno.mkdir(parent, { recursive: true });
    try {
      await Deno.writeTextFile(`${folder}/${name}`, text, { createNew: true });
    } catch (error) {
      if (!keep || !(error instanceof Deno.errors.AlreadyExists)) throw error;
      kept.push(name);
    }
  }
  return kept;
}

/** Returns the real path of a folder; if it is missing, that of the nearest folder above it. */
async function realPathOf(folder: string): Promise<string> {
  const exists = await Deno.lstat(folder).then(() => true, () => false);
  return exists ? await Deno.realPath(folder) : await realPathOf(dirname(folder));
}

async function isInPath(program: string): Promise<boolean> {
  // npx and npm add such folders to PATH for the programs that they start.
  const folders = (Deno.env.get("PATH") ?? "").split(":")
    .filter((folder) => folder !== "" && !folder.endsWith("/node_modules/.bin"));
  const found = await Promise.all(
    folders.map((folder) => Deno.stat(`${folder}/${program}`).then(() => true, () => false)),
  );
  return found.includes(true);
}

/** Returns the nearest folder with a git repository: the folder itself, or one above it. */
async function findRepository(folder: string): Promise<string | undefined> {
  for (let path = folder; path !== "/"; path = dirname(path)) {
    const found = await Deno.lstat(`${path}/.git`).then(() => true, () => false);
    if (found) return path;
  }
}
