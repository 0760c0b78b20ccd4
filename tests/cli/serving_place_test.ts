import { assertEquals, assertRejects } from "@std/assert";
import type { Manifest } from "../../src/agent/manifest.ts";
import { writeDeployable } from "../../src/cli/build_deployable.ts";
import { openServingPlace } from "../../src/cli/serving_place.ts";

Deno.test("serve does not use the state directory of a compiled daemon that runs", async () => {
  const state = await Deno.makeTempDir();
  try {
    const options = { read: true, write: true, create: true };
    using daemon = await Deno.open(`${state}/running.txt`, options);
    await daemon.lock(true);
    const place = await openServingPlace(state, { settings: { tls: false } } as Manifest);
    assertEquals(place.state === state, false);
    await Deno.lstat(`${state}/running.txt`);
    await place.close();
    await daemon.unlock();
    const next = await openServingPlace(state, { settings: { tls: false } } as Manifest);
    assertEquals(next.state, state);
    await next.close();
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});

Deno.test("writeDeployable() creates a folder that a group cannot write, and replaces all files or none", async () => {
  const root = await Deno.makeTempDir();
  const mask = Deno.umask(0o002);
  try {
    const folder = `${root}/serve`;
    await writeDeployable(folder, { a: { text: "old", mode: 0o644 } });
    assertEquals((await Deno.stat(folder)).mode! & 0o777, 0o755);
    const files = { a: { text: "new", mode: 0o644 }, ["b".repeat(255)]: { text: "", mode: 0o644 } };
    await assertRejects(() => writeDeployable(folder, files), Error, "Cannot write");
    assertEquals(await Deno.readTextFile(`${folder}/a`), "old");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a"]);
  } finally {
    Deno.umask(mask);
    await Deno.remove(root, { recursive: true });
  }
});
