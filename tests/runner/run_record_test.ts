import { assertEquals } from "@std/assert";
import { createRunRecord, type Mark } from "../../src/runner/run_record.ts";
import type { SandboxEnd } from "../../src/runner/sandbox.ts";
import { createEndedWorkers, trackRuns } from "../../src/runner/track_runs.ts";
import { later } from "../waiting.ts";

/** Creates a record, and a list of the marks that the record has written. */
function recorded() {
  const written: [string, Mark | undefined][] = [];
  return { written, record: createRunRecord((...entry) => written.push(entry)) };
}

Deno.test("A record writes the strongest mark of a command each time this mark changes", () => {
  const { written, record } = recorded();
  record.add("a", "loaded");
  record.add("a", "running");
  record.add("a", "running");
  record.add("b", "trial");
  record.remove("a", "running");
  record.remove("a", "running");
  record.remove("a", "loaded");
  assertEquals(written, [
    ["a", "loaded"],
    ["a", "running"],
    ["b", "trial"],
    ["a", "loaded"],
    ["a", undefined],
  ]);
});

/** Creates a sandbox whose proofs and end the test controls. */
function sandbox() {
  const ended = Promise.withResolvers<SandboxEnd>();
  const proofs: PromiseWithResolvers<void>[] = [];
  return {
    ended: ended.promise,
    end: (unresponsive: boolean) => ended.resolve({ commands: [], unresponsive, crashed: false }),
    proofs,
    prove() {
      const proof = Promise.withResolvers<void>();
      proofs.push(proof);
      return proof.promise;
    },
  };
}

Deno.test("A command that has answered stays marked until its worker processes a later message", async () => {
  const { written, record } = recorded();
  const worker = sandbox();
  let time = 0;
  const ends = createEndedWorkers(() => Promise.resolve(), () => time);
  const mark = trackRuns(worker, record, ends);
  mark("a", "running")();
  mark("b", "trial")();
  assertEquals(written, [
    ["a", "running"],
    ["a", "answered"],
    ["b", "trial"],
    ["b", "answered"],
  ]);
  while (worker.proofs.length === 0) await later(50);
  assertEquals(written.length, 4);
  worker.proofs[0]!.resolve();
  await later(0);
  assertEquals(written.slice(4), [["a", "loaded"], ["b", "loaded"]]);
  worker.end(false);
  await later(0);
  assertEquals(written.length, 6);
  time = 299_000;
  ends.forgetOld();
  assertEquals(written.length, 6);
  time = 300_000;
  ends.forgetOld();
  await later(0);
  assertEquals(written.slice(6), [["a", undefined], ["b", undefined]]);
});

Deno.test("The commands of an ended worker are not marked when no work of it continues", async () => {
  const { written, record } = recorded();
  const worker = sandbox();
  const ends = createEndedWorkers(() => Promise.resolve());
  trackRuns(worker, record, ends)("a", "running")();
  worker.end(false);
  await later(0);
  assertEquals(written.at(-1), ["a", "loaded"]);
  ends.forgetAll();
  assertEquals(written.at(-1), ["a", undefined]);
});

Deno.test("A command of an abandoned worker stays marked as loaded", async () => {
  const { written, record } = recorded();
  const worker = sandbox();
  const end = trackRuns(worker, record, createEndedWorkers(() => Promise.resolve()))(
    "a",
    "running",
  );
  worker.end(true);
  await later(0);
  end();
  assertEquals(written, [["a", "running"], ["a", "loaded"]]);
});
