import { assertEquals } from "@std/assert";
import { statusOfChild } from "../../src/host/child_status.ts";

Deno.test("statusOfChild() also reports signals that the runtime has no name for", async () => {
  for (
    const [line, code, signal] of [
      ["exit 7", 7, null],
      ["kill -TERM $$", 143, "SIGTERM"],
      ["kill -34 $$", 162, "signal 34"],
      ["kill -64 $$", 192, "signal 64"],
    ] as const
  ) {
    const child = new Deno.Command("/bin/sh", { args: ["-c", line] }).spawn();
    const status = await statusOfChild(child);
    assertEquals({ code: status.code, signal: status.signal }, { code, signal });
  }
});
