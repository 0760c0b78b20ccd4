/**
 * Publishes the packages to registries on this machine, and uses them as a developer does, each time
 * with an empty home folder: `npx checkwright init`, a commit, a clone in another place, and the
 * commands of the workflow there. It needs Node, npm and git:
 *
 *   deno task registry
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { buildPackages } from "../../npm/build.ts";
import { startJsrRegistry } from "./jsr_registry.ts";
import { must, type NpmRegistry, startNpmRegistry } from "./npm_registry.ts";

/** A developer with an empty home folder, whose PATH contains `deno` if asked. */
interface Developer {
  home: string;
  run(folder: string, program: string, ...args: string[]): Promise<string>;
}

async function developer(folder: string, registries: Record<string, string>): Promise<Developer> {
  const home = `${folder}/home`;
  await Deno.mkdir(`${home}/bin`, { recursive: true });
  await Deno.symlink(Deno.execPath(), `${home}/bin/deno`);
  const identity = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@example.com" };
  const env = {
    ...{ ...identity, GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@example.com" },
    ...{ HOME: home, DENO_DIR: `${home}/deno`, XDG_STATE_HOME: `${home}/state`, NO_COLOR: "1" },
    ...{ NPM_CONFIG_CACHE: `${home}/npm`, ...registries },
    PATH: `${home}/bin:${Deno.env.get("PATH")}`,
  };
  return { home, run: (cwd, program, ...args) => must(program, args, { cwd, env }) };
}

async function digest(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Runs the commands of the workflow in a clone, as GitHub does. */
async function runWorkflow({ run }: Developer, clone: string): Promise<void> {
  const workflow = await Deno.readTextFile(`${clone}/.github/workflows/checks.yaml`);
  assertStringIncludes(workflow, `deno-version: ${Deno.version.deno}\n`);
  const [, below = ""] = /^ {4}working-directory: "(.*)"$/m.exec(workflow) ?? [];
  const steps = [...workflow.matchAll(/^ {6}- run: (.*)$/gm)].map(([, step]) => step!);
  assertEquals(steps.length, 4);
  for (const step of steps) {
    const [program, ...args] = step.split(" ");
    await run(`${clone}/${below}`, program!, ...args);
  }
}

async function commitAndClone({ run }: Developer, folder: string, clone: string): Promise<void> {
  await run(folder, "git", "init", "--quiet");
  await run(folder, "git", "add", ".");
  await run(folder, "git", "commit", "--quiet", "--message=First");
  await run(folder, "git", "clone", "--quiet", folder, clone);
  await Deno.remove(folder, { recursive: true });
}

/** Checks that packages that are built in two folders have the same bytes. */
async function reproducible(folder: string): Promise<string[]> {
  const first = await buildPackages(`${folder}/first`);
  const second = await buildPackages(`${folder}/second`);
  assertEquals(await Promise.all(first.map(digest)), await Promise.all(second.map(digest)));
  return first;
}

async function newProject(folder: string, { url }: NpmRegistry): Promise<Developer> {
  const user = await developer(folder, { NPM_CONFIG_REGISTRY: url });
  const created = await user.run(folder, "npx", "--yes", "checkwright", "init", "shop");
  assertMatch(created, /^Created 10 files in shop\. Next:\n/);
  const configuration = await Deno.readTextFile(`${folder}/shop/deno.json`);
  assertMatch(configuration, /"@checkwright\/checkwright": "npm:@checkwright\/checkwright@\^/);
  await user.run(`${folder}/shop`, "deno", "task", "test");
  await commitAndClone(user, `${folder}/shop`, `${folder}/elsewhere/shop`);
  const clone = `${folder}/elsewhere/shop`;
  await Deno.stat(`${clone}/deno.lock`);
  await runWorkflow(user, clone);
  await user.run(clone, "deno", "task", "compile");
  await user.run(clone, "dist/checkwright", "check");
  return user;
}

async function application(folder: string, { url }: NpmRegistry): Promise<void> {
  const user = await developer(folder, { NPM_CONFIG_REGISTRY: url });
  const app = `${folder}/app`;
  await Deno.mkdir(app);
  await Deno.writeTextFile(`${app}/.gitignore`, "node_modules\n");
  await Deno.writeTextFile(`${app}/package.json`, '{ "private": true, "type": "module" }\n');
  await user.run(app, "npm", "install", "--save-dev", "checkwright", "typescript@5.9.3");
  await Deno.writeTextFile(
    `${app}/threshold.ts`,
    `import { parseRange } from "checkwright";
import { load } from "checkwright/checks";
export const start: number = parseRange("10:20").start;
// @ts-expect-error: a threshold is text or a number
load({ warning: true });
`,
  );
  const strict = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2024"];
  await user.run(app, "npx", "tsc", ...strict, "threshold.ts");
  await user.run(app, "git", "init", "--quiet");
  await user.run(app, "npx", "checkwright", "init", "--monorepo", "ops/checks");
  await commitAndClone(user, app, `${folder}/elsewhere/app`);
  await runWorkflow(user, `${folder}/elsewhere/app`);
}

async function globalInstall({ home, run }: Developer, folder: string): Promise<void> {
  const flags = ["read", "write", "net", "env", "run", "sys"].map((kind) => `--allow-${kind}`);
  await run(
    folder,
    "deno",
    ...["install", "--global", "--minimum-dependency-age=0", "--name=checkwright", ...flags],
    "npm:@checkwright/checkwright/cli",
  );
  assertMatch(await run(folder, `${home}/.deno/bin/checkwright`, "version"), /^checkwright \d/);
}

/** A project of the package on JSR, whose modules are TypeScript on a server. */
async function jsrProject(folder: string): Promise<void> {
  await using registry = await startJsrRegistry();
  await Deno.writeTextFile(`${folder}/registry.pem`, registry.certificate);
  const user = await developer(folder, {
    JSR_URL: registry.url,
    DENO_CERT: `${folder}/registry.pem`,
  });
  const main = "jsr:@checkwright/checkwright/cli";
  await user.run(folder, "deno", "run", "--quiet", "--allow-all", main, "init", "shop");
  await user.run(`${folder}/shop`, "deno", "task", "test");
  await commitAndClone(user, `${folder}/shop`, `${folder}/elsewhere`);
  await runWorkflow(user, `${folder}/elsewhere`);
  await user.run(`${folder}/elsewhere`, "deno", "task", "compile");
  await user.run(`${folder}/elsewhere`, "dist/checkwright", "check");
}

/** Without the registry, the packages in the cache are enough. */
async function offline(user: Developer, folder: string): Promise<void> {
  await user.run(folder, "git", "clone", "--quiet", "elsewhere/shop", "offline");
  await runWorkflow(user, `${folder}/offline`);
}

const temporary = await Deno.makeTempDir({ prefix: "checkwright-registry-" });
try {
  const folders = ["verdaccio", "built", "project", "application", "jsr"];
  for (const folder of folders) await Deno.mkdir(`${temporary}/${folder}`);
  const [tool, built, project, app, jsr] = folders.map((name) => `${temporary}/${name}`);
  const archives = await reproducible(built!);
  console.log("the packages are reproducible");
  let user: Developer;
  {
    await using registry = await startNpmRegistry(tool!);
    for (const archive of archives) await registry.publish(archive);
    user = await newProject(project!, registry);
    console.log("a clone of a new project passes its workflow");
    await application(app!, registry);
    console.log("a clone of an application with checks passes its workflow");
    await globalInstall(user, project!);
    console.log("deno install puts the command line into PATH");
  }
  await offline(user, project!);
  console.log("a clone passes its workflow without the registry");
  await jsrProject(jsr!);
  console.log("a clone of a project of the package on JSR passes its workflow");
} finally {
  await Deno.remove(temporary, { recursive: true });
}
