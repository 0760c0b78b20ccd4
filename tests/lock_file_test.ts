import { assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

async function committed(path: string): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["show", `HEAD:./${path}`],
      cwd: root,
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}

// As it was committed: a plain `deno check` adds what tests import to the one on disk.
const lock = await committed("deno.lock");

Deno.test({
  name: "deno.lock, of which deno task fetches everything, holds nothing that only tests need",
  ignore: lock === undefined,
  fn() {
    const { specifiers } = JSON.parse(lock!);
    assertEquals(Object.keys(specifiers), [
      "npm:@peculiar/x509@1.14.3",
      "npm:js-yaml@5.5.0",
    ]);
  },
});
