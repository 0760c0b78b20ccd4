/** Leftovers of many runs, of a stop during a run, and of a plugin of another user. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { serve } from "../serving.ts";
import { daemonOf, marked, stateOf } from "./process_state.ts";
import { tools } from "../tools.ts";
import { later, until } from "../waiting.ts";

const runs = Number(Deno.env.get("CHECKWRIGHT_PLUGIN_RUNS") ?? 500);

function agent(commands: string): string {
  return `
import { defineAgent, shell } from "@checkwright/checkwright";
export default defineAgent({ commands: { ${commands} } });
`;
}

Deno.test(`${runs} runs of plugins leave no zombie and no open file descriptor`, {
  timeout: 120_000 + runs * 50,
}, async () => {
  const mark = crypto.randomUUID();
  await using project = await createProject(agent(`
    says: shell('echo "$1"; echo aside >&2', { acceptArguments: true, env: { MARK: "${mark}" } }),
    forks: shell('(sleep 0.1 &) >/dev/null 2>&1; echo "$1"', { acceptArguments: true }),
    absent: shell("/no/such/program"),
  `));
  await using served = await serve(project.agent, "--no-tls");
  const pid = daemonOf(served.process.pid);
  let asked = 0;
  const client = async (until: number) => {
    while (asked++ < until) {
      const nonce = crypto.randomUUID();
      const command = asked % 10 === 0 ? "forks" : "says";
      assertEquals(await askOnce(served, [command, nonce]), `OK ${nonce}`);
      if (asked % 50 === 0) assertMatch(await askOnce(served, ["absent"]), /^UNKNOWN NRPE: Unable/);
    }
  };
  const crowd = (until: number) => Promise.all(Array.from({ length: 8 }, () => client(until)));
  await crowd(100);
  const before = await stateOf(pid);
  await crowd(runs);
  // A connection stays open as long as its client keeps it open.
  for (let look = 0; look < 50; look++) {
    const { descriptors, children } = await stateOf(pid);
    if (children.length === 0 && descriptors <= before.descriptors) break;
    await later(100);
  }
  const after = await stateOf(pid);
  assertEquals(after.children, []);
  assert(
    after.descriptors <= before.descriptors,
    `${before.descriptors} descriptors became ${after.descriptors}`,
  );
  assertEquals(marked(mark), []);
});

Deno.test("SIGTERM ends running commands, answers waiting clients, and leaves nothing behind", {
  ignore: tools.setsid === undefined,
}, async () => {
  const mark = crypto.randomUUID();
  await using project = await createProject(agent(`
    stubborn: shell('trap "" TERM; setsid sleep 600 & while :; do sleep 0.1; done',
      { env: { MARK: "${mark}" } }),
  `));
  await using served = await serve(project.agent, "--no-tls");
  const answer = askOnce(served, ["stubborn"]);
  await until("the plugin", () => marked(mark).length >= 3);
  const start = performance.now();
  assertEquals(await served.stop(), 0);
  // Ten seconds to finish and three to end: far less than the command's timeout of a minute.
  assert(performance.now() - start < 20_000);
  assertEquals(await answer, "UNKNOWN Could not run: The daemon stops");
  assertEquals(marked(mark), []);
});

Deno.test("A daemon that stops right after a deadline still ends a plugin that ignores TERM", async () => {
  const mark = crypto.randomUUID();
  await using project = await createProject(agent(`
    stubborn: shell('trap "" TERM; while :; do sleep 0.1; done',
      { timeout: "300ms", env: { MARK: "${mark}" } }),
  `));
  await using served = await serve(project.agent, "--no-tls");
  assertMatch(await askOnce(served, ["stubborn"]), /^UNKNOWN NRPE: Command timed out/);
  assertEquals(await served.stop(), 0);
  assertEquals(marked(mark), []);
});

Deno.test({
  name: "A plugin runs as its user and is ended at its deadline",
  ignore: Deno.uid() !== 0 || tools.setsid === undefined,
  async fn() {
    const mark = crypto.randomUUID();
    const identity = `user: "nobody", env: { MARK: "${mark}" }`;
    await using project = await createProject(agent(`
      who: shell("id -un; id -u; id -G", { ${identity} }),
      hangs: shell('trap "" TERM; setsid sleep 600 & while :; do sleep 0.1; done',
        { ${identity}, timeout: "2s" }),
    `));
    await using served = await serve(project.agent, "--no-tls");
    assertMatch(await askOnce(served, ["who"]), /^OK nobody\n65534\n65534$/);
    const answer = askOnce(served, ["hangs"]);
    await until("the plugin", () => marked(mark).length >= 3);
    assertMatch(await answer, /^UNKNOWN NRPE: Command timed out after 2 seconds\n/);
    await until("the end of the plugin", () => marked(mark).length === 0, 5_000);
  },
});
