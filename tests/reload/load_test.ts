/** Reloads under load: clients may notice only the new version in the answers. */
import { assert, assertEquals } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { serve, type Served } from "../serving.ts";
import { later, until } from "../waiting.ts";

/** Returns an agent whose answers start and end with its version. */
function agent(version: "A" | "B"): string {
  return `
import { defineAgent, defineCheck, ok, option, plugin } from "@checkwright/checkwright";
const version = "${version}";
const echo = (wait) => defineCheck({
  description: "Returns its argument",
  options: { text: option.text({ description: "What", default: "nothing" }) },
  async run({ text }) {
    if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
    return ok(version + text, { longOutput: (text + "\\n").repeat(200) + version });
  },
});
const settings = { acceptArguments: true };
export default defineAgent({
  commands: {
    fast: echo(0)({}, settings),
    slow: echo(70)({}, settings),
    apart: echo(5)({}, { ...settings, isolation: "process" }),
    plugin: plugin(["/usr/bin/printf", "%s%s\\n%s\\n%s", version, "$ARG1$", "$ARG1$", version], settings),
  },
});
`;
}

const commands = ["fast", "slow", "apart", "plugin"];

interface Load {
  answers: Record<"A" | "B", number>;
  wrong: string[];
}

async function ask(served: Served, tls: boolean, stop: AbortSignal, load: Load): Promise<void> {
  while (!stop.aborted) {
    const nonce = crypto.randomUUID();
    const command = commands[Math.floor(Math.random() * commands.length)]!;
    const answer = await askOnce(served, [command, nonce], { tls }).catch(String);
    const [, version, first, last] = /^OK ([AB])(\S+)\n(?:\S+\n)+([AB])$/.exec(answer) ?? [];
    if (first !== nonce || last !== version) load.wrong.push(answer.slice(0, 200));
    else load.answers[version as "A" | "B"]++;
    await later(10);
  }
}

async function reloadUnderLoad(clients: number, reloads: number, tls: boolean): Promise<void> {
  await using project = await createProject(agent("A"));
  await using served = await serve(project.agent, ...(tls ? [] : ["--no-tls"]));
  const load: Load = { answers: { A: 0, B: 0 }, wrong: [] };
  const stop = new AbortController();
  const asking = Array.from({ length: clients }, () => ask(served, tls, stop.signal, load));
  for (let count = 0; count < reloads; count++) {
    const version = count % 2 === 0 ? "B" : "A";
    await project.write("agent.ts", agent(version));
    served.process.kill("SIGHUP");
    await until(
      `version ${version}`,
      async () => (await askOnce(served, ["fast", "x"], { tls })).startsWith(`OK ${version}x`),
    );
  }
  stop.abort();
  await Promise.all(asking);
  assertEquals(load.wrong, []);
  const { A, B } = load.answers;
  assert(A > clients && B > clients, `${A} answers of A, ${B} of B`);
  assertEquals(await served.stop(), 0);
  assertEquals(served.log().split(" info reload ").length - 1, reloads);
}

Deno.test("20 reloads with 50 clients do not lose or mix up any answer", async () => {
  await reloadUnderLoad(50, 20, false);
});

Deno.test("Reloads with TLS clients do not lose or mix up any answer", async () => {
  await reloadUnderLoad(10, 6, true);
});
