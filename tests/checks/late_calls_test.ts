import { assertEquals, assertRejects } from "@std/assert";
import { callWithin } from "../../checks/_late_calls.ts";

const never = new AbortController().signal;

Deno.test("callWithin() starts no second call while the first one is late", {
  permissions: "none",
}, async () => {
  let calls = 0;
  const hanging = Promise.withResolvers<{ value: number }>();
  const call = () => {
    calls++;
    return hanging.promise;
  };
  assertEquals(await callWithin("/mnt", 0.02, never, call), undefined);
  assertEquals(await callWithin("/mnt", 60, never, call), undefined);
  assertEquals(calls, 1);
  assertEquals(await callWithin("/srv", 60, never, () => Promise.resolve({ value: 1 })), {
    value: 1,
  });
  hanging.resolve({ value: 2 });
  await hanging.promise;
  assertEquals(await callWithin("/mnt", 60, never, call), { value: 2 });
  assertEquals(calls, 2);
});

Deno.test("callWithin() throws the error of the call and the reason of the signal", {
  permissions: "none",
}, async () => {
  const fails = () => Promise.reject(new Error("gone"));
  await assertRejects(() => callWithin("/a", 60, never, fails), Error, "gone");
  await assertRejects(() => callWithin("/a", 60, never, fails), Error, "gone");
  const late = AbortSignal.abort(new DOMException("Deadline", "TimeoutError"));
  const hangs = () => new Promise<never>(() => {});
  await assertRejects(() => callWithin("/b", 60, late, hangs), DOMException, "Deadline");
});
