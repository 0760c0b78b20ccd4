import { assertEquals, assertRejects } from "@std/assert";
import { BusyError, createAdmission } from "../../src/runner/admission.ts";

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test(
  "createAdmission() admits waiting commands in order when places become free",
  { permissions: "none" },
  async () => {
    const admission = createAdmission({ running: 1, queued: 9 });
    const order: string[] = [];
    const leave = await admission.enter("a", Infinity, never);
    const waiting = ["b", "c"].map((name) =>
      admission.enter(name, Infinity, never).then((next) => {
        order.push(name);
        next();
      })
    );
    assertEquals([admission.running, admission.queued], [1, 2]);
    leave();
    leave();
    await Promise.all(waiting);
    assertEquals(order, ["b", "c"]);
    assertEquals([admission.running, admission.queued], [0, 0]);
  },
);

Deno.test("createAdmission() delays only commands that have reached their own limit", {
  permissions: "none",
}, async () => {
  const admission = createAdmission({ running: 9, queued: 9 });
  await admission.enter("slow", 1, never);
  let second = false;
  admission.enter("slow", 1, never).then(() => second = true);
  await admission.enter("fast", 1, never);
  await turn();
  assertEquals(second, false);
  assertEquals(admission.running, 2);
});

Deno.test(
  "createAdmission() throws a BusyError if too many commands wait",
  { permissions: "none" },
  async () => {
    const admission = createAdmission({ running: 1, queued: 1 });
    await admission.enter("a", Infinity, never);
    admission.enter("a", Infinity, never);
    await assertRejects(
      () => admission.enter("a", Infinity, never),
      BusyError,
      "1 commands are running and 1 are waiting",
    );
  },
);

Deno.test(
  "createAdmission() forgets commands whose wait was aborted",
  { permissions: "none" },
  async () => {
    const admission = createAdmission({ running: 1, queued: 9 });
    const leave = await admission.enter("a", Infinity, never);
    const abort = new AbortController();
    const waiting = admission.enter("b", Infinity, abort.signal);
    abort.abort(new Error("late"));
    await assertRejects(() => waiting, Error, "late");
    assertEquals(admission.queued, 0);
    leave();
    assertEquals(admission.running, 0);
  },
);
