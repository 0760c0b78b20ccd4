/**
 * Floods a daemon with bad connections of each kind, from an allowed address and from another one,
 * with plain text and with TLS. Prints the worst time of a good query, and memory and file
 * descriptors of the daemon before and after.
 *
 *   deno run -A tests/bench/floods.ts [COUNT] [SILENCE]
 *
 * SILENCE is the time that a silent peer stays connected, in milliseconds (default: 3,000).
 */
import { floods } from "../acceptor/bad_peers.ts";
import { flood } from "../acceptor/flooding.ts";
import { daemonOf } from "../chaos/process_state.ts";
import { createProject } from "../project.ts";
import { serve } from "../serving.ts";

const count = Number(Deno.args[0] ?? 20_000);
const silence = Number(Deno.args[1] ?? 3_000);

const agent = `
import { defineAgent, ok } from "@checkwright/checkwright";
export default defineAgent({ allowedHosts: ["127.0.0.1", "127.0.0.2"], commands: { fast: () => ok("fast") } });
`;

async function state(pid: number): Promise<{ memory: number; descriptors: number }> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const descriptors = [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
  return { memory: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024), descriptors };
}

console.log(
  "| transport | peers | flood | seconds | good queries | errors | worst ms | MB | fds |",
);
console.log("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const tls of [false]) {
  await using project = await createProject(agent);
  await using served = await serve(project.agent, ...(tls ? [] : ["--no-tls"]));
  const pid = daemonOf(served.process.pid);
  for (const from of ["127.9.9.9"]) {
    for (const kind of floods) {
      const before = await state(pid);
      const { queries, errors, worst, seconds } = await flood(kind, {
        ...{ port: served.port, tls, from, count, silence },
      });
      // Silent connections are closed after 10 seconds.
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      const after = await state(pid);
      const cells = [
        ...[tls ? "TLS" : "plain", from === "127.0.0.2" ? "allowed" : "not allowed", kind.name],
        ...[seconds.toFixed(1), queries, errors.length, Math.round(worst)],
        `${before.memory} → ${after.memory}`,
        `${before.descriptors} → ${after.descriptors}`,
      ];
      console.log(`| ${cells.join(" | ")} |`);
      if (errors.length > 0) console.log([...new Set(errors)].slice(0, 3));
    }
  }
  const lines = served.log().split("\n");
  console.log(`${lines.length} lines of log, ${served.log().length} characters`);
  const replaced = lines.filter((line) => line.includes("acceptor replaced")).length;
  console.log(`${replaced} replacements of the acceptor`);
}
