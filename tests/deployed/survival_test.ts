/** A compiled daemon that dies, makes way or is told to stop, and what the next one knows of it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { isMissing } from "../tools.ts";
import { compile } from "./deploying.ts";

const agent = new URL("../fixtures/deployed_agent.ts", import.meta.url).pathname;
const tls = { tls: true };

Deno.test("What ran when a daemon died is quarantined in the next, until a reload", async () => {
  await using deployed = await compile(agent);
  {
    await using daemon = await deployed.start();
    await askOnce(daemon, ["eat"], tls).catch(() => {});
    const { code } = await daemon.process.status;
    assert(code !== 0);
  }
  await using daemon = await deployed.start();
  assertStringIncludes(
    await askOnce(daemon, ["eat"], tls),
    "Command 'eat' is quarantined: it ran when the daemon died",
  );
  assertEquals(await askOnce(daemon, ["ok"], tls), "OK fine");
  assertMatch(await askOnce(daemon, ["spin"], tls), /^UNKNOWN NRPE: Command timed out/);
  await daemon.logged("quarantined command=spin");
  daemon.process.kill("SIGHUP");
  await daemon.logged("info reload ");
  assertMatch(await askOnce(daemon, ["spin"], tls), /^UNKNOWN NRPE: Command timed out/);
});

Deno.test("A daemon with too many abandoned workers exits with 75, and the next knows the culprits", async () => {
  await using deployed = await compile(agent);
  {
    await using daemon = await deployed.start();
    // Each reload lets it run again, and each run leaves a worker behind.
    for (let count = 1; count <= 3; count++) {
      await askOnce(daemon, ["spin"], tls);
      await daemon.logged(`abandoned command=spin abandoned=${count}`);
      if (count === 3) break;
      daemon.process.kill("SIGHUP");
      await daemon.logged("info reload ", count);
    }
    assertEquals((await daemon.process.status).code, 75);
  }
  {
    await using daemon = await deployed.start();
    assertStringIncludes(await askOnce(daemon, ["spin"], tls), "Command 'spin' is quarantined");
    assertEquals(await daemon.stop(), 0);
  }
  await using daemon = await deployed.start();
  assertMatch(await askOnce(daemon, ["spin"], tls), /^UNKNOWN NRPE: Command timed out/);
});

Deno.test("What a daemon had started when it was killed ends with it", {
  ignore: isMissing("/bin/sleep"),
}, async () => {
  const sleepers = async () => {
    const { stdout } = await new Deno.Command("ps", { args: ["-C", "sleep", "-o", "args="] })
      .output();
    return new TextDecoder().decode(stdout).split("\n").filter((line) => line === "/bin/sleep 63");
  };
  await using deployed = await compile(agent);
  {
    await using daemon = await deployed.start();
    const asked = askOnce(daemon, ["sleep"], tls).catch(() => {});
    while ((await sleepers()).length === 0);
    daemon.process.kill("SIGKILL");
    await daemon.process.status;
    await asked;
  }
  const limit = performance.now() + 5_000;
  while ((await sleepers()).length > 0 && performance.now() < limit);
  assertEquals(await sleepers(), []);
  await using daemon = await deployed.start();
  assertEquals(await askOnce(daemon, ["ok"], tls), "OK fine");
});
