import { assertEquals } from "@std/assert";
import { judgeDeath } from "../../src/daemon/judge_death.ts";
import type { QuarantineState } from "../../src/runner/quarantine.ts";
import { AGENT, type Mark } from "../../src/runner/run_record.ts";

const empty: QuarantineState = { quarantined: {}, suspects: {} };
const first = (trial: "run" | "linger") => ({ deaths: 1, trial });

type Case = [
  name: string,
  before: QuarantineState,
  marks: Record<string, Mark>,
  after: Partial<QuarantineState> | undefined,
  progress?: boolean,
];

const cases: Case[] = [
  ["no command had a mark", empty, {}, undefined],
  [
    "commands that ran are suspects, and commands that are only loaded are not",
    empty,
    { a: "running", b: "running", c: "loaded" },
    { suspects: { a: first("run"), b: first("run"), c: { deaths: 0, present: true } } },
    true,
  ],
  [
    "a command that is only loaded is a suspect at the second such death",
    { quarantined: {}, suspects: { c: { deaths: 0, present: true } } },
    { a: "running", c: "loaded" },
    { suspects: { a: first("run"), c: first("linger") } },
    true,
  ],
  [
    "a command that ran alone is quarantined if its work continued until the death",
    { quarantined: {}, suspects: { a: first("linger"), b: { deaths: 1 } } },
    { a: "continued", b: "running", c: "loaded" },
    {
      quarantined: { a: "work that it had started ended the daemon after its answer" },
      suspects: {},
    },
    true,
  ],
  [
    "if the work of two commands continued, both are suspects",
    { quarantined: {}, suspects: { a: first("linger"), b: { deaths: 1 } } },
    { a: "continued", b: "continued" },
    { suspects: { a: { deaths: 2, trial: "linger" }, b: { deaths: 2, trial: "linger" } } },
    true,
  ],
  [
    "a command whose work continues may be the cause of a death during another trial",
    { quarantined: {}, suspects: { a: { deaths: 1 }, b: first("run") } },
    { a: "continued", b: "trial" },
    { suspects: { a: { deaths: 2, trial: "linger" }, b: { deaths: 2, trial: "run" } } },
    true,
  ],
  [
    "a guilty command explains the earlier deaths, so that it is the only suspect",
    {
      quarantined: {},
      suspects: { a: first("run"), b: first("run"), c: { deaths: 0, present: true } },
    },
    { a: "trial" },
    {
      quarantined: { a: "it ended the daemon when it ran alone" },
      suspects: {},
    },
    true,
  ],
  [
    "a sandbox that never finishes its start protects no command after several deaths",
    { quarantined: {}, suspects: { a: { deaths: 4, trial: "run" } } },
    { a: "trial", [AGENT]: "running" },
    { quarantined: { a: "it ended the daemon when it ran alone" } },
    true,
  ],
  [
    "a sandbox that starts may be the cause of the first deaths",
    { quarantined: {}, suspects: { a: { deaths: 3, trial: "run" } } },
    { a: "trial", [AGENT]: "running" },
    { suspects: { a: { deaths: 4, trial: "run" }, [AGENT]: first("run") } },
    true,
  ],
  [
    "another command may be the cause of any number of deaths",
    { quarantined: {}, suspects: { a: { deaths: 9, trial: "run" } } },
    { a: "trial", b: "running" },
    { suspects: { a: { deaths: 10, trial: "run" }, b: first("run") } },
    true,
  ],
  ...["__proto__", "constructor", "toString"].map((name): Case => [
    `a command may have the name ${name}`,
    empty,
    { [name]: "running" },
    { suspects: { [name]: first("run") } },
    true,
  ]),
  [
    "a command that had answered is watched after its next answer",
    empty,
    { a: "answered", b: "running" },
    { suspects: { a: first("linger"), b: first("run") } },
    true,
  ],
  [
    "if no command ran, the loaded commands are suspects",
    empty,
    { a: "loaded", b: "loaded" },
    { suspects: { a: first("linger"), b: first("linger") } },
    true,
  ],
  [
    "a command that ran alone is quarantined",
    {
      quarantined: { old: "why" },
      suspects: { a: first("run"), b: { deaths: 1 }, c: { deaths: 1, separate: true } },
    },
    { a: "trial" },
    {
      quarantined: { old: "why", a: "it ended the daemon when it ran alone" },
      suspects: { c: { deaths: 0, separate: true } },
    },
    true,
  ],
  [
    "if other commands joined a trial, all of these commands are suspects",
    { quarantined: {}, suspects: { a: first("run") } },
    { a: "trial", b: "running" },
    { suspects: { a: { deaths: 2, trial: "run" }, b: first("run") } },
    true,
  ],
  [
    "a command that ran alone while another worker was alive stays a suspect",
    { quarantined: {}, suspects: { a: first("run") } },
    { a: "trial", b: "loaded" },
    { suspects: { a: { deaths: 2, trial: "run" }, b: first("linger") } },
    true,
  ],
  [
    "if all commands that ran have passed a trial, the loaded commands are suspects, too",
    { quarantined: {}, suspects: { a: { deaths: 1 } } },
    { a: "running", b: "loaded" },
    { suspects: { a: { deaths: 2, trial: "run" }, b: first("linger") } },
    true,
  ],
  [
    "a death counts as a failure if no command is treated differently afterwards",
    { quarantined: {}, suspects: { a: { deaths: 2 } } },
    { a: "running" },
    { suspects: { a: { deaths: 3, trial: "run" } } },
    false,
  ],
  [
    "a command with its own sandbox keeps this sandbox",
    { quarantined: {}, suspects: { a: { deaths: 0, separate: true } } },
    { a: "running" },
    { suspects: { a: { deaths: 1, trial: "run", separate: true } } },
    true,
  ],
  [
    "the module of the agent is quarantined at its third death",
    { quarantined: {}, suspects: { [AGENT]: { deaths: 2 }, b: { deaths: 1 } } },
    { [AGENT]: "running", b: "loaded" },
    { quarantined: { [AGENT]: "the evaluation of the agent's module ended the daemon" } },
    true,
  ],
  [
    "the module of the agent is not quarantined if a loaded command may be the cause",
    { quarantined: {}, suspects: { [AGENT]: { deaths: 2 }, b: { deaths: 2 } } },
    { [AGENT]: "running", b: "loaded" },
    { suspects: { [AGENT]: { deaths: 3, trial: "run" }, b: { deaths: 3, trial: "linger" } } },
    false,
  ],
  [
    "the module of the agent is quarantined like a command",
    { quarantined: {}, suspects: { [AGENT]: first("run") } },
    { [AGENT]: "trial" },
    {
      quarantined: { [AGENT]: "the evaluation of the agent's module ended the daemon" },
      suspects: {},
    },
    true,
  ],
];

for (const [name, before, marks, after, progress] of cases) {
  Deno.test({
    name: `judgeDeath(): ${name}`,
    permissions: "none",
    fn() {
      const judgement = judgeDeath(before, marks);
      assertEquals(judgement?.state, after && { ...empty, ...after });
      assertEquals(judgement?.progress, progress);
    },
  });
}
