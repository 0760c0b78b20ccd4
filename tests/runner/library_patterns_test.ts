/** Packages keep working in a sandbox, although the built-ins cannot be changed there. */
import { assertEquals } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import { bundle } from "../../src/project/bundle.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { sandboxImports } from "../../src/cli/own_bundles.ts";
import { createPool } from "../../src/runner/pool.ts";

const expected = {
  "inherit from an event emitter with a constructor function": "client,1,true",
  "inherit from a socket with util.inherits()": "own",
  "override methods of an instance": "ownown",
  "define an error with a constructor function": "LibraryError: text",
  "define an error as a class": "LibraryError: another text own",
  "inherit from built-in classes": "7,2,own h",
  "set properties that all objects inherit": "text,7,true,5",
  "replace globals by polyfills": "true,new",
  "replace functions of the console": "true",
  "set Error.stackTraceLimit": "Error: x",
  "set and restore prepareStackTrace": "string",
  "keep a property on Error and on a module": "2",
  "change functions of a copied module": "own,false",
  "use process as libraries do": "0,0",
};

Deno.test("Patterns of packages work in a sandbox", async (t) => {
  const [agent, runtime, imports] = await Promise.all([
    bundle(new URL("../fixtures/library_agent.ts", import.meta.url)),
    bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
    sandboxImports(),
  ]);
  const pool = createPool({
    code: { agent, runtime, imports },
    most: 1,
    log: () => {},
    processes: withoutProcessTree(),
  });
  const sandbox = await pool.sandbox(unite([{ env: ["DEBUG"] }]), "process");
  const context = { hostname: "here", procfs: "/proc" };
  for (const [name, text] of Object.entries(expected)) {
    await t.step(`A package may ${name}`, async () => {
      const answer = await sandbox.run(name, [], context, AbortSignal.timeout(10_000));
      assertEquals(answer.output.text, text);
    });
  }
  pool.close();
});

Deno.test("All globals and all modules of Node can be used, in any order", async () => {
  const [agent, runtime, imports] = await Promise.all([
    bundle(new URL("../fixtures/loading_agent.ts", import.meta.url)),
    bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
    sandboxImports(),
  ]);
  const context = { hostname: "here", procfs: "/proc" };
  for (const isolation of ["worker", "process"] as const) {
    for (const command of ["globals_first", "modules_first"]) {
      const pool = createPool({
        code: { agent, runtime, imports },
        most: 1,
        log: () => {},
        processes: withoutProcessTree(),
      });
      const sandbox = await pool.sandbox(unite([]), isolation);
      const signal = AbortSignal.timeout(60_000);
      const { output } = await sandbox.run(command, [], context, signal);
      assertEquals(output, { state: "OK", text: "no errors" }, `${isolation}, ${command}`);
      pool.close();
    }
  }
});
