import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bundle } from "../../src/project/bundle.ts";
import { reduceSourceMap } from "../../src/project/source_map.ts";
import { sourcePlaces, withoutSourceMap } from "../../src/runner/source_places.ts";
import { createProject } from "../project.ts";
import { run, serve } from "../serving.ts";
import { askOnce } from "../asking.ts";

const check = `import { defineCheck } from "@checkwright/checkwright";

interface Queue {
  jobs?: string[];
}

export const queue = defineCheck({
  description: "Fails",
  run: () => \`\${(JSON.parse("{}") as Queue).jobs!.length} jobs\`,
});
`;

const agent = `import { defineAgent } from "@checkwright/checkwright";
import { queue } from "./queue.ts";
export default defineAgent({
  commands: {
    check_worker: queue(),
    check_process: queue({}, { isolation: "process" }),
    check_printing: () => {
      console.log(new Error("printed").stack);
      return "printed";
    },
  },
});
`;

const stack = `TypeError: Cannot read properties of undefined (reading 'length')
    at Object.run (queue.ts:9:45)
`;

Deno.test("run shows the place of an error in the author's module, and the line", async () => {
  await using project = await createProject(agent);
  await project.write("queue.ts", check);
  const { code, stderr } = await run("run", project.agent, "check_worker");
  assertEquals(code, 3);
  assertEquals(
    stderr,
    `${stack}
  9 |   run: () => \`\${(JSON.parse("{}") as Queue).jobs!.length} jobs\`,
    |                                             ^
`,
  );
});

Deno.test("An error at the top level of a module is reported at its place, with the line", async () => {
  await using project = await createProject(agent);
  await project.write("queue.ts", `${check}\nconst x: string = JSON.parse("null").name;\n`);
  const { code, stderr } = await run("validate", project.agent);
  assertEquals(code, 3);
  assertMatch(
    stderr,
    /queue\.ts:12:30: Cannot evaluate it: TypeError: .*'name'\)\n {2}12 \| const x.*\n {5}\| {30}\^\n/,
  );
});

Deno.test("The log of a daemon names the author's modules, for both kinds of sandboxes", async () => {
  await using project = await createProject(agent);
  await project.write("queue.ts", check);
  await using served = await serve(project.agent);
  for (const command of ["check_worker", "check_process"]) {
    await askOnce(served, [command], { tls: true });
    await served.logged(`command=${command} `);
  }
  assertEquals(served.log().split("at Object.run (queue.ts:9:45)").length, 3, served.log());
  await askOnce(served, ["check_printing"], { tls: true });
  await served.logged("agent.ts:8:19");
});

Deno.test("A source map contains no text of a module, and no folder of this machine", async () => {
  await using project = await createProject(agent);
  await project.write("queue.ts", check);
  const [first, plain] = await Promise.all([
    bundle(project.agent, { minify: "names", sourceMap: true }),
    bundle(project.agent, { minify: "names" }),
  ]);
  assertEquals(withoutSourceMap(first).trimEnd(), plain.trimEnd());
  const map = atob(first.trimEnd().split("base64,")[1]!);
  assertStringIncludes(map, '"agent.ts"');
  for (const absent of ["sourcesContent", "../", "mod.ts", project.folder, "JSON.parse"]) {
    assertEquals(map.includes(absent), false, absent);
  }
});

function mapped(map: unknown): string {
  return `code;\n//# sourceMappingURL=data:application/json;base64,${btoa(JSON.stringify(map))}\n`;
}

Deno.test("Sources outside of the project are named by their package or their last folders", () => {
  const sources: [source: string, shown: string][] = [
    ["checks/queue.ts", "checks/queue.ts"],
    ["../lib/queue.ts", "../lib/queue.ts"],
    ["../../../srv/app/lib/queue.ts", "app/lib/queue.ts"],
    ["/root/.cache/deno/npm/registry.example/pg/8.1.0/lib/client.js", "npm:pg/8.1.0/lib/client.js"],
    ["../../c/npm/registry.example/@a/b/1.0.0/index.js", "npm:@a/b/1.0.0/index.js"],
    ["https://example.com/mod.ts", "https://example.com/mod.ts"],
  ];
  const reduced = reduceSourceMap(
    mapped({ version: 3, sources: sources.map(([source]) => source), names: [], mappings: "AAAA" }),
    "/srv/app",
  );
  const { sources: shown } = JSON.parse(atob(reduced.trimEnd().split("base64,")[1]!));
  assertEquals(shown, sources.map(([, shown]) => shown));
});

Deno.test("A string keeps a place that the map does not contain, and every place if the map is damaged", () => {
  const text = "at agent.js:1:1, agent.js:99:1, agent.js:99999999999:1, agent.jsx:1:1";
  const places = sourcePlaces(
    mapped({ version: 3, sources: ["queue.ts"], names: [], mappings: "AAEC" }),
  );
  assertMatch(places(text), /^at queue\.ts:3:2, /);
  const damaged = [
    "code;",
    mapped({}),
    mapped({ version: 3, sources: 1, mappings: "\u0000" }),
    "code;\n//# sourceMappingURL=data:application/json;base64,%%%",
  ];
  for (const bundle of damaged) assertEquals(sourcePlaces(bundle)(text), text, bundle);
});

Deno.test("serve --watch shows the line of code below the stack of a check", async () => {
  await using project = await createProject(agent);
  await project.write("queue.ts", check);
  await using served = await serve(project.agent, "--watch");
  for (const command of ["check_worker", "check_process"]) {
    await askOnce(served, [command], { tls: true });
    await served.logged(`command=${command} `);
    await served.logged("\n    |                                             ^\n");
  }
  const log = served.log();
  assertMatch(log, /reason="TypeError: [^\n]*\(queue\.ts:9:45\)"\n {2}9 \| {3}run: /);
});

Deno.test("serve --watch shows no line of a module that was changed since the agent was loaded", async () => {
  await using project = await createProject(agent);
  const path = await project.write("queue.ts", check);
  await using served = await serve(project.agent, "--watch");
  await Deno.writeTextFile(path, `// A new line, and an error (\n${check.replace("({", "((")}`);
  await served.logged("reload refused");
  await askOnce(served, ["check_worker"], { tls: true });
  await served.logged("command=check_worker ");
  await Deno.writeTextFile(path, check);
  await served.logged("info reload ");
  await askOnce(served, ["check_worker"], { tls: true });
  await served.logged("  9 | ");
  assertEquals(served.log().match(/^ {2}9 \| /gm)?.length, 1, served.log());
});
