/** The states of checks in real daemons: what survives a restart, a reload and another version. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { serve, type Served, started } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { statusOf, until } from "../waiting.ts";
import { compile } from "./deploying.ts";

const agent = fileURLToPath(new URL("../fixtures/state_agent.ts", import.meta.url));

/** Returns the paths of the files in a state directory. */
function statesIn(state: string): string[] {
  try {
    // A file is complete when it has lost the name of a temporary file.
    return [...Deno.readDirSync(`${state}/check_state`)]
      .filter(({ name }) => name.endsWith(".json"))
      .map(({ name }) => `${state}/check_state/${name}`);
  } catch {
    return [];
  }
}

/** Waits until a state is stored, which happens after the answer. */
async function stored(state: string, command: string, json: string): Promise<string> {
  return await until(`the state ${json} of ${command}`, () =>
    statesIn(state).find((path) => {
      const file = JSON.parse(Deno.readTextFileSync(path));
      return file.command === command && file.state === json;
    }));
}

Deno.test("The states of a compiled agent survive a reload, a stop and a kill", async () => {
  await using deployed = await compile(agent);
  const ask = (daemon: Served, ...words: string[]) => askOnce(daemon, words, { tls: true });
  {
    await using daemon = await deployed.start();
    assertEquals(await ask(daemon, "counter"), "OK 1");
    assertEquals(await ask(daemon, "contained"), "OK 1");
    assertEquals(await ask(daemon, "counter", "-s", "5"), "OK 5");
    daemon.process.kill("SIGHUP");
    await daemon.logged("info reload ");
    assertEquals(await ask(daemon, "counter"), "OK 2");
    assertEquals(await ask(daemon, "contained"), "OK 2");
    assertEquals(await daemon.stop(), 0);
  }
  {
    await using daemon = await deployed.start();
    assertEquals(await ask(daemon, "counter"), "OK 3");
    assertEquals(await ask(daemon, "contained"), "OK 3");
    assertEquals(await ask(daemon, "counter", "--step=5"), "OK 10");
    await stored(deployed.state, "counter", "10");
    daemon.process.kill("SIGKILL");
    await statusOf(daemon.process, "the daemon");
  }
  await using daemon = await deployed.start();
  assertEquals(await ask(daemon, "counter", "-s5"), "OK 15");
  assertEquals(await ask(daemon, "contained"), "OK 4");
  assertEquals(daemon.log().includes("warning state"), false);
});

Deno.test("A check that reaches its timeout in a daemon stores nothing", async () => {
  await using deployed = await compile(agent);
  await using daemon = await deployed.start();
  const answer = await askOnce(daemon, ["late"], { tls: true });
  assertStringIncludes(answer, "Command timed out after 1 seconds");
  await askOnce(daemon, ["sets"], { tls: true });
  await stored(deployed.state, "sets", '"set"');
  assertEquals(statesIn(deployed.state).length, 1);
});

Deno.test("A compiled daemon leaves the state of a newer version alone, and ignores a damaged one", async () => {
  await using deployed = await compile(agent);
  const ask = (daemon: Served, ...words: string[]) => askOnce(daemon, words, { tls: true });
  {
    await using daemon = await deployed.start();
    for (const command of ["counter", "other"]) await ask(daemon, command);
    assertEquals(await daemon.stop(), 0);
  }
  const newer = await stored(deployed.state, "counter", "1");
  const damaged = await stored(deployed.state, "other", "10");
  const text = '{"version":99,"command":"counter","state":"7"}';
  await Deno.writeTextFile(newer, text);
  await Deno.writeTextFile(damaged, text.slice(0, 30));
  await using daemon = await deployed.start();
  for (const step of [1, 2]) {
    assertEquals(await ask(daemon, "counter"), "OK 1");
    assertEquals(await ask(daemon, "other"), `OK ${step}0`);
  }
  await daemon.logged("warning state command=counter reason=");
  await daemon.logged("warning state command=other reason=");
  assertStringIncludes(daemon.log(), `${newer} has format 99, which this version cannot read`);
  assertStringIncludes(daemon.log(), `${damaged} is damaged and is ignored`);
  assertEquals(await daemon.stop(), 0);
  assertEquals(daemon.log().split("has format 99").length, 2);
  assertEquals(await Deno.readTextFile(newer), text);
});

/** An agent whose commands count their runs; `spies` looks for the states of the others. */
const counting = (state: string, commands: string) => `
import { defineAgent, defineCheck } from "@checkwright/checkwright";
const count = defineCheck({
  description: "Counts its runs",
  run(_options, { state }) {
    state.set((state.get() ?? 0) + 1);
    return String(state.get());
  },
});
const spies = defineCheck({
  description: "Looks for states",
  run: () => JSON.stringify([...Deno.readDirSync("${state}/check_state")]),
});
export default defineAgent({ state: "${state}", commands: { ${commands}, spies } });
`;

Deno.test("serve keeps states, removes those of removed commands, and does not show them to checks", async () => {
  await using project = await createProject("");
  const state = `${project.folder}/state`;
  const write = (commands: string) => project.write("agent.ts", counting(state, commands));
  await write("one: count, two: count");
  {
    await using daemon = await serve(project.agent, "--no-tls");
    for (const command of ["one", "two"]) assertEquals(await askOnce(daemon, [command]), "OK 1");
    await stored(state, "two", "1");
    assertStringIncludes(
      await askOnce(daemon, ["spies"]),
      `Permission refused: read "${state}/check_state"`,
    );
    await write("one: count");
    daemon.process.kill("SIGHUP");
    await daemon.logged("info reload ");
    await until("the end of the state of a removed command", () => statesIn(state).length === 1);
    assertEquals(await askOnce(daemon, ["one"]), "OK 2");
    await write("one: count, two: count");
    daemon.process.kill("SIGHUP");
    await daemon.logged("info reload ", 2);
    assertEquals(await askOnce(daemon, ["two"]), "OK 1");
    assertEquals(await daemon.stop(), 0);
  }
  await using daemon = await serve(project.agent, "--no-tls");
  assertEquals(await askOnce(daemon, ["one"]), "OK 3");
  assertEquals(await askOnce(daemon, ["two"]), "OK 2");
  await daemon.stop();
});

const unshare = "/usr/bin/unshare";
const canMount = !isMissing(unshare) &&
  new Deno.Command(unshare, { args: ["-m", "true"], stderr: "null" }).outputSync().success;

Deno.test("A check answers if its state cannot be stored, and the log contains the reason", {
  ignore: !canMount,
}, async () => {
  await using deployed = await compile(agent);
  const settings = `${deployed.folder}/settings.yaml`;
  await Deno.writeTextFile(settings, "tls: false\n");
  await Deno.mkdir(deployed.state, { mode: 0o700 });
  const script = 'mount -t tmpfs -o ro,mode=700 none "$STATE_DIRECTORY"\nexec "$0" "$@"';
  const launcher = [`${deployed.folder}/checkwright`, `--settings=${settings}`];
  await using daemon = await started(
    new Deno.Command(unshare, {
      args: ["-m", "/bin/sh", "-c", script, ...launcher],
      clearEnv: true,
      env: {
        PATH: "/usr/bin:/bin",
        CHECKWRIGHT_DENO: Deno.execPath(),
        STATE_DIRECTORY: deployed.state,
        NO_COLOR: "1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }),
  );
  for (let count = 0; count < 3; count++) {
    assertMatch(await askOnce(daemon, ["counter"]), /^OK \d$/);
  }
  await daemon.logged("warning state command=counter reason=");
  assertStringIncludes(
    daemon.log(),
    `Cannot write ${deployed.state}/check_state: Read-only file system`,
  );
  assertEquals(await daemon.stop(), 0);
  assertEquals(daemon.log().split("warning state").length, 2);
});
