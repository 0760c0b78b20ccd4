/** What an answer tells of a command whose time was over. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { sendQuery } from "../../src/client/mod.ts";
import { serve } from "../serving.ts";

const agent = fileURLToPath(new URL("../fixtures/late_agent.ts", import.meta.url));

/** What the log says of each, and the answer too where it is known in time. */
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
  ["ends_at_term", "The plugin and everything it started got TERM, and ended"],
  ["needs_kill", "The plugin and everything it started got TERM, did not end, and got KILL"],
];

/** What the answer may say in its place while that is not known. */
const underWay =
  /^The (?:check was notified of its deadline and has not stopped yet: |plugin and .* is being ended, by TERM and then by KILL$)/;

Deno.test("The answer of a command that timed out tells what became of it, and so does the log", async (t) => {
  await using served = await serve(agent, "--no-tls");
  const ask = (command: string) =>
    sendQuery({ host: "127.0.0.1", port: served.port, command, tls: false, timeout: 20 });
  // Started before, so that their time is not over before they are.
  assertEquals((await ask("ok")).text, "fine");
  for (const [command, ending] of table) {
    await t.step(command, async () => {
      let { state, text } = await ask(command);
      // A sandbox that was still being started is there the next time.
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
  await t.step("a command that did not find a place", async () => {
    const answers = await Promise.all([ask("waits"), ask("waits")]);
    assertStringIncludes(
      answers.map(({ text }) => text).join("\n"),
      "The command was still queued at its deadline and was not started",
    );
  });
});
