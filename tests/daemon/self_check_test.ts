import { assertEquals, assertMatch } from "@std/assert";
import { selfCheck, type SelfReport } from "../../src/agent/self_check.ts";
import type { Answer } from "../../src/check/answer.ts";
import { executeCheck } from "../../src/check/execute.ts";
import { createStats } from "../../src/daemon/stats.ts";
import { parsePluginOutput } from "../../src/nagios/plugin_output.ts";

const fine: SelfReport = {
  version: "1.2.3",
  uptime: 3_661,
  answers: { done: 10, timeout: 2 },
  refusedPermissions: 1,
  abandoned: 0,
  quarantined: [],
  sandboxes: 3,
  certificateDays: 100.9,
};

async function say(report: Partial<SelfReport>, ...args: string[]) {
  const context = {
    signal: new AbortController().signal,
    hostname: "h",
    procfs: "/proc",
    log() {},
  };
  const { output } = await executeCheck(selfCheck(() => ({ ...fine, ...report })), args, context);
  return output;
}

Deno.test(
  "check_agent reports the state of the daemon, also as perfdata",
  { permissions: "none" },
  async () => {
    const { state, text } = await say({ reload: { age: 5.5 } });
    const { output, perfdata } = parsePluginOutput(text);
    assertEquals([state, output], ["OK", "AGENT OK - Checkwright 1.2.3, up 1h1m1s, 12 answers"]);
    assertEquals(
      parsePluginOutput((await say({ agent: "v2-3-gabc" })).text).output,
      "AGENT OK - version v2-3-gabc, Checkwright 1.2.3, up 1h1m1s, 12 answers",
    );
    assertEquals(perfdata.map(({ label, value }) => `${label}=${value}`), [
      "uptime=3661",
      "answers_done=10",
      "answers_timeout=2",
      "refused_permissions=1",
      "abandoned=0",
      "quarantined=0",
      "sandboxes=3",
      "reload_age=5",
      "certificate_days=100",
    ]);
  },
);

Deno.test(
  "check_agent alerts on quarantine, certificate and the last reload",
  { permissions: "none" },
  async () => {
    const table: [report: Partial<SelfReport>, args: string[], expected: RegExp][] = [
      [{ quarantined: ["a", "b"] }, [], /^WARNING AGENT WARNING - .*, quarantined: a, b\|/],
      [{ quarantined: ["a", "b"] }, ["-c", "1"], /^CRITICAL /],
      [{ quarantined: ["a"] }, ["-w", "5"], /^OK /],
      [{ certificateDays: 10 }, [], /^WARNING /],
      [{ certificateDays: 3 }, [], /^CRITICAL /],
      [{ certificateDays: 10 }, ["--certificate-warning=7:"], /^OK /],
      [{ certificateDays: undefined }, [], /^OK /],
      [
        { reload: { age: 1, reason: "no database" } },
        [],
        /^WARNING .*the last reload failed: no database/,
      ],
      [{}, ["--nonsense=1"], /^UNKNOWN Unknown option "nonsense"/],
    ];
    for (const [report, args, expected] of table) {
      const { state, text } = await say(report, ...args);
      assertMatch(`${state} ${text}`, expected);
    }
  },
);

Deno.test("createStats() counts answers by outcome, and refused permissions", {
  permissions: "none",
}, () => {
  let now = 0;
  const stats = createStats(() => now);
  // A string that only looks like a refusal does not count as a refused permission.
  const output = { state: "UNKNOWN", text: 'Permission refused: read "/x" is not among…' } as const;
  const answer: Answer = { outcome: "done", output };
  stats.count(answer);
  stats.count({ outcome: "done", refusal: { kind: "read", target: "/x" } });
  stats.count({ outcome: "undefined" });
  assertEquals(stats.abandon(), 1);
  now = 2_000;
  stats.reloaded("bad");
  now = 5_000;
  const { answers, refusedPermissions, abandoned, uptime, reload } = stats.report();
  assertEquals([answers.done, answers.undefined, refusedPermissions, abandoned, uptime], [
    2,
    1,
    1,
    1,
    5,
  ]);
  assertEquals(reload, { age: 3, reason: "bad" });
});
