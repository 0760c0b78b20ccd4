import { assertEquals } from "@std/assert";
import { subprocess } from "../fixtures/attacks/subprocess.ts";
import { attackGroup } from "./attacking.ts";

attackGroup("subprocess", subprocess, ({ served, world }) => {
  assertEquals(served.log().includes("FORGED"), false);
  assertEquals([...Deno.readDirSync(world.folder)].some(({ name }) => name === "touched"), false);
});
