/** Measures how much a hanging command delays other commands. */
import { assert } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { serve, type Served } from "../serving.ts";

const agent = `
import { defineAgent, defineCheck, ok, plugin } from "@checkwright/checkwright";
const hangs = defineCheck({ description: "Hangs", run: () => new Promise(() => {}) });
export default defineAgent({
  commands: {
    fast: () => ok("fast"),
    hangs: hangs({}, { timeout: "500ms" }),
    sleeps: plugin(["/bin/sleep", "600"], { timeout: "500ms" }),
  },
});
`;

/**
 * The minimum time to compare, in milliseconds: shorter times depend on other load of the machine.
 */
const floor = 20;

/**
 * Returns the 90th percentile of the response times, in milliseconds. On a slow machine, the end of a
 * plugin delays the few queries of that moment.
 */
async function p90(served: Served): Promise<number> {
  const times: number[] = [];
  const client = async () => {
    for (let count = 0; count < 50; count++) {
      const start = performance.now();
      await askOnce(served, ["fast"]);
      times.push(performance.now() - start);
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.9)]!;
}

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1]!;

Deno.test("A hanging command makes other commands at most twice as slow", async () => {
  await using project = await createProject(agent);
  await using served = await serve(project.agent, "--no-tls");
  await p90(served);
  const alone: number[] = [];
  const beside: number[] = [];
  // Both measurements alternate, so that other load of the machine affects them equally.
  for (let round = 0; round < 7; round++) {
    alone.push(await p90(served));
    const hanging = ["hangs", "hangs", "sleeps", "sleeps"].map((name) => askOnce(served, [name]));
    beside.push(await p90(served));
    await Promise.all(hanging);
  }
  const [before, during] = [median(alone), median(beside)];
  assert(during <= Math.max(2 * before, floor), `p90 rose from ${before} ms to ${during} ms`);
});
