import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runToEnd } from "../waiting.ts";

const fixture = new URL("../fixtures/types/bindings.ts", import.meta.url);
const publicModule = new URL("../../src/mod.ts", import.meta.url);
const configuration = new URL("../../deno.json", import.meta.url);

// `deno check` requires any error after each mark. This test removes the marks: each line must have
// exactly the error of its mark, and no other line may have an error.
Deno.test("Wrong options, values and commands are compile errors with the expected code", {
  permissions: { read: true, write: true, run: [Deno.execPath()] },
}, async () => {
  const text = await Deno.readTextFile(fixture);
  const expected = text.split("\n").flatMap((line, at) => {
    const [, code] = /@ts-expect-error (TS\d+) /.exec(line) ?? [];
    return code === undefined ? [] : [`${at + 2} ${code}`];
  });
  assert(expected.length > 20);

  const folder = await Deno.makeTempDir();
  try {
    const plain = text.replaceAll("@ts-expect-error", "expects").replaceAll(
      "../../../src/mod.ts",
      publicModule.href,
    );
    await Deno.writeTextFile(`${folder}/bindings.ts`, plain);
    const { code, stderr } = await runToEnd(Deno.execPath(), {
      args: ["check", "--config", fileURLToPath(configuration), `${folder}/bindings.ts`],
      env: { NO_COLOR: "1" },
    });
    const found = [];
    let error = "";
    for (const line of new TextDecoder().decode(stderr).split("\n")) {
      error = /^(TS\d+) \[ERROR\]/.exec(line)?.[1] ?? error;
      // Places that only explain an error are indented further.
      const [, place] = /^ {4}at .*\/bindings\.ts:(\d+):\d+$/.exec(line) ?? [];
      if (place !== undefined) found.push(`${place} ${error}`);
    }
    assertEquals(found, expected);
    assertEquals(code, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
