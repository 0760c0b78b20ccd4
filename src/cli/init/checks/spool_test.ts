import { testCheck } from "@checkwright/checkwright";
import assert from "node:assert/strict";
import { spool } from "./spool.ts";

const check = spool({ folder: "/spool", warning: "2", critical: "10" });

/** Replaces the real files. */
const read = { "/spool/one": "", "/spool/two": "", "/spool/three": "" };

Deno.test("spool counts the files that wait", async () => {
  assert.deepEqual(await testCheck(check, { read }), {
    state: "WARNING",
    text: "3 files waiting in /spool|files=3;2;10;0",
  });
});

Deno.test("spool takes other limits as arguments", async () => {
  const { state } = await testCheck(check, { read, args: ["-w", "5"] });
  assert.equal(state, "OK");
});

Deno.test("spool may read its folder, and nothing else", async () => {
  const { state } = await testCheck(check, { read, permissions: {} });
  assert.equal(state, "UNKNOWN");
});
