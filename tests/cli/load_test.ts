/** The top level of an agent cannot harm the process that loads the agent. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { checkwright, run, serve } from "../serving.ts";
import { outputOf, until } from "../waiting.ts";
import { childrenOf, isAlive } from "../processes.ts";

const empty = "export default { commands: { a: () => '' } };";

/** Hostile top levels, and the end of the first line of each error. */
const hostile: Record<string, [source: string, reason: RegExp]> = {
  "kills its parent": [
    `import { kill, ppid } from "node:process"; kill(ppid, "SIGKILL"); ${empty}`,
    /NotCapable: Requires run access$/m,
  ],
  "kills everything": [
    `try { Deno.kill(-1, "SIGKILL"); } catch { Deno.kill(Deno.ppid, "SIGKILL"); } ${empty}`,
    /NotCapable: Requires run access$/m,
  ],
  "kills itself": [
    `import { kill, pid } from "node:process"; kill(pid, "SIGKILL"); for (;;); ${empty}`,
    /process ended \(SIGKILL\)$/m,
  ],
  "exits": [`Deno.exit(0); ${empty}`, /process ended \(exit code 0\)$/m],
  "exits with node:process": [
    `import { exit } from "node:process"; exit(7); ${empty}`,
    /process ended \(exit code 7\)$/m,
  ],
  "allocates without end": [
    `const kept = []; for (;;) kept.push(new Array(1e6).fill(Math.random())); ${empty}`,
    /process ended .*out of memory.*$/m,
  ],
  "allocates without end beside its heap": [
    `const kept = []; for (;;) kept.push(new Uint8Array(1e8).fill(1)); ${empty}`,
    /RangeError: Array buffer allocation failed$/m,
  ],
  "prints without end": [
    `import { writeSync } from "node:fs"; for (;;) writeSync(1, "x".repeat(1e6)); ${empty}`,
    /EBADF: bad file descriptor, writeSync$/m,
  ],
  "never ends": [`for (;;); ${empty}`, /The module was not evaluated within 10 seconds$/],
};

Deno.test("A hostile top level ends only its own process, and is reported as one error", async () => {
  await Promise.all(
    Object.entries(hostile).map(async ([what, [source, reason]]) => {
      await using project = await createProject(source);
      const { code, stdout, stderr } = await run("validate", project.agent);
      assertEquals([code, stdout], [3, ""], what);
      assertMatch(stderr.trim(), reason);
      assertStringIncludes(stderr, "error: ");
      assertEquals(stderr.match(/^checkwright:/gm)?.length, 1, stderr);
    }),
  );
});

Deno.test("A refused reload of a hostile agent leaves the running agent in place", async () => {
  await using project = await createProject("export default { commands: { a: () => 'one' } };");
  await using served = await serve(project.agent, "--no-tls");
  for (const [index, [what, [source, reason]]] of Object.entries(hostile).entries()) {
    await project.write("agent.ts", source);
    served.process.kill("SIGHUP");
    await served.logged("error reload refused", index + 1);
    const errors = served.log().split("\n").filter((line) => line.startsWith("checkwright: "));
    assertMatch(errors[index]!, reason, what);
    assertEquals(errors.length, index + 1);
    assertEquals(await askOnce(served, ["a"]), "OK one", what);
  }
  await project.write("agent.ts", "export default { commands: { a: () => 'two' } };");
  served.process.kill("SIGHUP");
  await served.logged(" info reload ");
  assertEquals(await askOnce(served, ["a"]), "OK two");
  assertEquals(await served.stop(), 0);
});

Deno.test("An interrupted load of an agent also ends the process of the agent", async () => {
  await using project = await createProject("for (;;);");
  const loading = checkwright("validate", project.agent).spawn();
  // The process that evaluates the agent is started with --no-prompt.
  const { pid } = await until(
    "the process of the agent",
    () => childrenOf(loading.pid).find(({ args }) => args.includes(" --no-prompt ")),
  );
  loading.kill("SIGINT");
  const { code, stderr } = await outputOf(loading, "the interrupted validate");
  assertEquals(code, 3);
  assertMatch(new TextDecoder().decode(stderr), /Cannot evaluate it: Interrupted\n$/);
  await until("the end of the process of the agent", () => !isAlive(pid));
});

Deno.test("serve and validate refuse a foreign import, and name the importing module", async () => {
  await using project = await createProject(`import "./part.ts"; ${empty}`);
  await project.write("part.ts", 'import x from "/etc/group" with { type: "text" };\nx.big();');
  const line = `checkwright: error: ${await Deno.realPath(project.folder)}/part.ts: ` +
    'Cannot import "/etc/group": expected code, or a file of the agent\'s project ' +
    `"${await Deno.realPath(project.folder)}/"\n`;
  for (const args of [["validate"], ["serve", "--listen", "127.0.0.1:0"], ["list"]]) {
    const { code, stdout, stderr } = await run(args[0]!, project.agent, ...args.slice(1));
    assertEquals([code, stdout, stderr], [3, "", line]);
  }
  await project.write("part.ts", "");
  await using served = await serve(project.agent, "--no-tls");
  await project.write("part.ts", 'import x from "/etc/group" with { type: "text" };\nx.big();');
  served.process.kill("SIGHUP");
  await served.logged("error reload refused");
  assertStringIncludes(served.log(), line);
});

Deno.test("No message shows a part of a file that the agent may not import", async () => {
  const outside = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(outside, "SECRETWORD hunter2 {\n");
  const imports = [
    'import x from "./link.json" with { type: "json" };',
    'import x from "./link.ts";',
    'import x from "./link.json" with { type: "text" };',
    `import x from "${outside}" with { type: "json" };`,
  ];
  for (const line of imports) {
    await using project = await createProject(`${line} console.log(x); ${empty}`);
    for (const name of ["link.json", "link.ts"]) {
      await Deno.symlink(outside, `${project.folder}/${name}`);
    }
    for (const args of [["validate", project.agent], ["list", project.agent]]) {
      const { code, stdout, stderr } = await run(...args);
      assertEquals([code, stdout], [3, ""]);
      assertStringIncludes(stderr, "expected code, or a file of the agent's project");
      assertEquals(/SECRETWORD|hunter2/.test(stderr), false, stderr);
    }
  }
  await Deno.remove(outside);
});
