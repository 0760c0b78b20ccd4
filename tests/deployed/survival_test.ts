/** A compiled daemon that is killed, exits with 75 or stops, and the quarantine of the next one. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createProject } from "../project.ts";
import { askOnce } from "../asking.ts";
import { isMissing } from "../tools.ts";
import { compile } from "./deploying.ts";
import { statusOf, until } from "../waiting.ts";
import { descendantsOf, type HostProcess, isAlive, markedProcesses } from "../processes.ts";

const agent = fileURLToPath(new URL("../fixtures/deployed_agent.ts", import.meta.url));
const tls = { tls: true };

Deno.test("A command that ends two daemons is quarantined in the third until a reload", async () => {
  await using deployed = await compile(agent);
  for (let count = 0; count < 2; count++) {
    await using daemon = await deployed.start();
    await askOnce(daemon, ["eat"], tls).catch(() => {});
    const { code } = await statusOf(daemon.process, "the daemon");
    assert(code !== 0);
  }
  await using daemon = await deployed.start();
  assertStringIncludes(
    await askOnce(daemon, ["eat"], tls),
    "Command 'eat' is quarantined: it ended the daemon when it ran alone",
  );
  assertEquals(await askOnce(daemon, ["ok"], tls), "OK fine");
  assertMatch(await askOnce(daemon, ["spin"], tls), /^UNKNOWN NRPE: Command timed out/);
  await daemon.logged("quarantined command=spin");
  daemon.process.kill("SIGHUP");
  await daemon.logged("info reload ");
  assertMatch(await askOnce(daemon, ["spin"], tls), /^UNKNOWN NRPE: Command timed out/);
});

Deno.test("A daemon with too many abandoned workers exits with 75, and the next daemon quarantines the commands", async () => {
  await using deployed = await compile(agent);
  {
    await using daemon = await deployed.start();
    // After each reload the command may run again, and each run abandons a worker.
    for (let count = 1; count <= 3; count++) {
      await askOnce(daemon, ["spin"], tls);
      await daemon.logged(`abandoned commands=spin abandoned=${count}`);
      if (count === 3) break;
      daemon.process.kill("SIGHUP");
      await daemon.logged("info reload ", count);
    }
    assertEquals((await statusOf(daemon.process, "the daemon")).code, 75);
  }
  {
    await using daemon = await deployed.start();
    assertStringIncludes(await askOnce(daemon, ["spin"], tls), "Command 'spin' is quarantined");
    assertEquals(await daemon.stop(), 0);
  }
  await using daemon = await deployed.start();
  assertMatch(await askOnce(daemon, ["spin"], tls), /^UNKNOWN NRPE: Command timed out/);
});

Deno.test("Processes that a daemon started end when it is killed", {
  ignore: isMissing("/bin/sleep"),
}, async () => {
  await using deployed = await compile(agent);
  let sleeper: HostProcess;
  {
    await using daemon = await deployed.start();
    const asked = askOnce(daemon, ["sleep"], tls).catch(() => {});
    sleeper = await until(
      "the plugin",
      () => descendantsOf(daemon.process.pid).find(({ args }) => args === "/bin/sleep 63"),
    );
    daemon.process.kill("SIGKILL");
    await statusOf(daemon.process, "the daemon");
    await asked;
  }
  await until("the end of the plugin", () => !isAlive(sleeper.pid));
  await using daemon = await deployed.start();
  assertEquals(await askOnce(daemon, ["ok"], tls), "OK fine");
});

Deno.test(
  "A plugin that ignores TERM, forks and leaves its group is ended at its deadline with all its children",
  {
    ignore: isMissing("/usr/bin/setsid"),
  },
  async () => {
    const mark = crypto.randomUUID();
    await using project = await createProject(`
    import { defineAgent, shell } from "@checkwright/checkwright";
    export default defineAgent({ listen: "127.0.0.1:0", commands: {
      stubborn: shell('trap "" TERM; setsid sleep 600 & (trap "" TERM; sleep 600) & sleep 600',
        { timeout: "1s", env: { MARK: "${mark}" } }),
    } });
  `);
    await using deployed = await compile(project.agent);
    await using daemon = await deployed.start();
    const before = performance.now();
    const answer = await askOnce(daemon, ["stubborn"], tls);
    // On a busy machine, the answer is sent before the end of the plugin is known.
    const expected =
      /^UNKNOWN NRPE: Command timed out after 1 seconds\nThe plugin .* (?:TERM|KILL)$/;
    assertMatch(answer, expected);
    // The answer arrives soon after the deadline, when the end of the plugin is known.
    const late = performance.now() - before - 1_000;
    assert(late < 1_000, `${late} ms late`);
    await until(
      "the end of all processes that the plugin started",
      () => markedProcesses(mark).length === 0,
    );
    assertMatch(await askOnce(daemon, ["stubborn"], tls), expected);
  },
);

Deno.test("A second daemon cannot use the state directory of the first, and a third can after its end", async () => {
  await using deployed = await compile(agent);
  {
    await using daemon = await deployed.start();
    const second = await deployed.run("--no-settings");
    assertEquals(second.code, 2);
    assertStringIncludes(
      second.stderr,
      `Cannot use state directory "${deployed.state}": another daemon uses it`,
    );
    assertEquals(await askOnce(daemon, ["ok"], tls), "OK fine");
    daemon.process.kill("SIGKILL");
    await statusOf(daemon.process, "the daemon");
  }
  await using daemon = await deployed.start();
  assertEquals(await askOnce(daemon, ["ok"], tls), "OK fine");
});
