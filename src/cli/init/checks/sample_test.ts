import { testCheck } from "@checkwright/checkwright";
import assert from "node:assert/strict";
import { sample } from "./sample.ts";

const check = sample({ path: "/var/log/app.log", warning: "2", critical: "10" });

Deno.test("sample counts the lines", async () => {
  // The test replaces the real file.
  const read = { "/var/log/app.log": "one\ntwo\nthree\n" };
  assert.deepEqual(await testCheck(check, { read }), {
    state: "WARNING",
    text: "3 lines in /var/log/app.log|lines=3;2;10;0",
  });
});
