/** Answers and the log report the ending of a command that timed out. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { sendQuery } from "../../src/client/mod.ts";
import { serve } from "../serving.ts";

const agent = fileURLToPath(new URL("../fixtures/late_agent.ts", import.meta.url));

/** The ending in the log, and in the answer if it is known in time. */
const table: [command: string, ending: string][] = [
  ["obeys", "The check was notified of its deadline and stopped"],
  ["obeys_in_process", "The check was notified of its deadline and stopped"],
  [
    "ignores",
    "The check was notified of its deadline and continued: its sandbox is closed",
  ],
  [
    "ignores_in_process",
    "The check was notified of its deadline and continued: its sandbox is closed",
  ],
  [
    "blocks",
    "The check did not respond at its deadline: its worker is abandoned, and the command " +
    "is quarantined until the next reload",
  ],
  [
    "blocks_in_process",
    "The check did not respond at its deadline: its process was killed",
  ],
  ["ends_at_term", "The plugin and all processes that it started got TERM, and ended"],
  [
    "needs_kill",
    "The plugin and all processes that it started got TERM, did not end, and got KILL",
  ],
];

/** The text of the answer if the ending is not known in time. */
const underWay =
  /^The (?:check was notified of its deadline and has not stopped yet: |plugin and .* are being ended with TERM, then with KILL$)/;

Deno.test("A worker whose thread cannot be ended counts as abandoned, whenever it blocks", async () => {
  await using served = await serve(agent, "--no-tls");
  const ask = (command: string) =>
    sendQuery({ host: "127.0.0.1", port: served.port, command, tls: false, timeout: 20 });
  await ask("blocks_later");
  await served.logged("error abandoned commands=blocks_later");
  await served.logged("error quarantined command=blocks_later");
  assertEquals((await ask("ok")).text, "fine");
});

Deno.test("Answer and log of a command that timed out report how it ended", async (t) => {
  await using served = await serve(agent, "--no-tls");
  const ask = (command: string) =>
    sendQuery({ host: "127.0.0.1", port: served.port, command, tls: false, timeout: 20 });
  // Starts the sandboxes first, so that their start does not use up the timeouts.
  assertEquals((await ask("ok")).text, "fine");
  for (const [command, ending] of table) {
    await t.step(command, async () => {
      let { state, text } = await ask(command);
      // A sandbox that was still starting is ready the next time.
      for (let count = 0; count < 20 && text.includes("still starting"); count++) {
        ({ state, text } = await ask(command));
      }
      const [first, second, ...rest] = text.split("\n");
      assertEquals([state, first], ["UNKNOWN", "NRPE: Command timed out after 0.3 seconds"]);
      assertEquals(rest, []);
      assertEquals(second === ending || underWay.test(second!), true, second);
      await served.logged(JSON.stringify(ending));
    });
  }
  await t.step("a command that was still queued", async () => {
    const answers = await Promise.all([ask("waits"), ask("waits")]);
    assertStringIncludes(
      answers.map(({ text }) => text).join("\n"),
      "The command was still queued at its deadline and was not started",
    );
  });
});
