/** Compares a check in a warm sandbox with a direct call of the same check. */
import { openBlame } from "../../src/daemon/blame.ts";
import { createRunRecord } from "../../src/runner/run_record.ts";
import { unite } from "../../src/agent/granted_permissions.ts";
import { executeCheck } from "../../src/check/execute.ts";
import type { CheckCommand } from "../../src/check/define_check.ts";
import { bundle } from "../../src/project/bundle.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { sandboxImports } from "../../src/cli/own_bundles.ts";
import { createPool } from "../../src/runner/pool.ts";
import agent from "./agent.ts";

const context = { hostname: "here", procfs: "/proc" };
const { signal } = new AbortController();
const [agentCode, runtime] = await Promise.all([
  bundle(new URL("agent.ts", import.meta.url)),
  bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
]);
const pool = createPool({
  code: { agent: agentCode, runtime, imports: await sandboxImports() },
  most: 2,
  log: () => {},
  processes: withoutProcessTree(),
});
const worker = await pool.sandbox(unite([]), "worker");
const process = await pool.sandbox(unite([]), "process");
const command = agent.commands.check as CheckCommand;

Deno.bench("a check called directly", { group: "check", baseline: true }, async () => {
  await executeCheck(command, [], { ...context, signal, log() {} });
});

Deno.bench("the same in a warm worker", { group: "check" }, async () => {
  await worker.run("check", [], context, signal);
});

Deno.bench("the same in a warm process", { group: "check" }, async () => {
  await process.run("check", [], context, signal);
});

const folder = await Deno.makeTempDir({ prefix: "checkwright-bench-" });
const marks = createRunRecord(openBlame(folder).write);
marks.add("check", "loaded");

Deno.bench("the marks of a run, in a file that survives the process", () => {
  marks.add("check", "running");
  marks.add("check", "answered");
  marks.remove("check", "running");
  marks.remove("check", "answered");
});
