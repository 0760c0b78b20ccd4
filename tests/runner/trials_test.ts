import { assertEquals, assertRejects } from "@std/assert";
import { createQuarantine, type Suspicion } from "../../src/runner/quarantine.ts";
import { AGENT } from "../../src/runner/run_record.ts";
import { createTrials } from "../../src/runner/trials.ts";
import { later } from "../waiting.ts";

const never = new AbortController().signal;

function gate(suspects: Record<string, Suspicion>) {
  const quarantine = createQuarantine({ quarantined: {}, suspects });
  return { quarantine, trials: createTrials(quarantine, () => {}, () => Promise.resolve(true)) };
}

Deno.test("Commands run at the same time if none of them is a suspect", async () => {
  const { trials } = gate({ other: { deaths: 1, trial: "run" }, cleared: { deaths: 1 } });
  const turns = await Promise.all(["a", "a", "cleared"].map((name) => trials.enter(name, never)));
  assertEquals(turns.map(({ trial }) => trial), [undefined, undefined, undefined]);
});

Deno.test("A suspect waits for other commands, and other commands wait for the suspect", async () => {
  const { trials, quarantine } = gate({ s: { deaths: 1, trial: "linger" } });
  const order: string[] = [];
  const a = await trials.enter("a", never);
  const suspect = trials.enter("s", never).then((turn) => (order.push("s"), turn));
  await later(0);
  const b = trials.enter("b", never).then(() => order.push("b"));
  assertEquals(order, []);
  a.leave();
  const turn = await suspect;
  assertEquals(turn.trial, "linger");
  await later(20);
  assertEquals(order, ["s"]);
  quarantine.acquit("s");
  turn.leave();
  await b;
  assertEquals(order, ["s", "b"]);
  assertEquals((await trials.enter("s", never)).trial, undefined);
});

Deno.test("Other commands wait for a suspect for a limited time", async () => {
  const { trials } = gate({ s: { deaths: 1, trial: "run" } });
  const turn = await trials.enter("s", never);
  await trials.enter("a", never);
  turn.leave();
});

Deno.test("After several deaths, other commands wait until the suspect has answered", async () => {
  const { trials } = gate({ s: { deaths: 4, trial: "run" } });
  const turn = await trials.enter("s", never);
  let entered = false;
  const other = trials.enter("a", never).then(() => entered = true);
  await later(1_200);
  assertEquals(entered, false);
  // The process may stay busy for any time.
  turn.answered!();
  await other;
  turn.leave();
});

Deno.test("Suspects run one after the other, and a command that is no longer a suspect runs immediately", async () => {
  const { trials, quarantine } = gate({
    s: { deaths: 1, trial: "run" },
    t: { deaths: 1, trial: "run" },
  });
  const first = await trials.enter("s", never);
  const second = trials.enter("s", never);
  const third = trials.enter("t", never);
  quarantine.acquit("s");
  first.leave();
  assertEquals((await second).trial, undefined);
  (await second).leave();
  assertEquals((await third).trial, "run");
  (await third).leave();
});

Deno.test("A command whose deadline passes while it waits leaves the queue", async () => {
  const { trials } = gate({ s: { deaths: 1, trial: "run" }, t: { deaths: 1, trial: "run" } });
  const first = await trials.enter("s", never);
  const gone = new AbortController();
  const second = assertRejects(() => trials.enter("t", gone.signal), Error, "gone");
  const waiting = assertRejects(() => trials.enter("a", gone.signal), Error, "gone");
  const third = trials.enter("t", never);
  gone.abort(new Error("gone"));
  await Promise.all([second, waiting]);
  first.leave();
  (await third).leave();
  (await trials.enter("a", never)).leave();
});

Deno.test("While the agent's module is a suspect, each command that may evaluate it runs alone", async () => {
  const { trials, quarantine } = gate({ [AGENT]: { deaths: 1, trial: "run" } });
  const turn = await trials.enter("a", never);
  assertEquals(turn.trial, "run");
  quarantine.acquit(AGENT);
  turn.leave();
  assertEquals((await trials.enter("b", never)).trial, undefined);
});

Deno.test("A quarantine reports each change once, with its contents", () => {
  const events: unknown[] = [];
  const quarantine = createQuarantine({
    quarantined: { old: "why" },
    suspects: { s: { deaths: 2, trial: "run" }, t: { deaths: 1, trial: "run" } },
  }, {
    onAdd: (...event) => events.push(["add", ...event]),
    onSeparate: (commands) => events.push(["separate", ...commands]),
    onChange: (state) => events.push(state),
  });
  quarantine.add("old", "again");
  quarantine.acquit("unknown");
  quarantine.separate(["s", "a"]);
  quarantine.separate(["s", "a"]);
  quarantine.add("a", "it blocked");
  quarantine.acquit("s");
  quarantine.acquit("t");
  const quarantined = { old: "why" };
  const t: Suspicion = { deaths: 1, trial: "run" };
  const s: Suspicion = { deaths: 2, separate: true, trial: "run" };
  assertEquals(events, [
    ["separate", "s", "a"],
    { quarantined, suspects: { s, t, a: { deaths: 0, separate: true } } },
    ["add", "a", "it blocked"],
    { quarantined: { ...quarantined, a: "it blocked" }, suspects: { s, t } },
    // After two deaths, the command s continues to run alone.
    { quarantined: { ...quarantined, a: "it blocked" }, suspects: { s, t: { deaths: 1 } } },
  ]);
});
