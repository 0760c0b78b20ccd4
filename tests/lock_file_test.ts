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

// The committed version: a plain `deno check` adds the imports of the tests to the file on disk.
const lock = await committed("deno.lock");

Deno.test({
  name: "deno.lock contains no packages that only tests need, because deno task fetches all of it",
  ignore: lock === undefined,
  fn() {
    const { specifiers } = JSON.parse(lock!);
    assertEquals(Object.keys(specifiers), [
      "npm:@jridgewell/sourcemap-codec@1.5.5",
      "npm:@peculiar/x509@1.14.3",
      "npm:js-yaml@5.5.0",
    ]);
  },
});
