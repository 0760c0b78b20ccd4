import { assertEquals } from "@std/assert";
import { files } from "../fixtures/attacks/files.ts";
import { attackGroup } from "./attacking.ts";

attackGroup("files", files, async ({ world }) => {
  assertEquals(await Deno.readTextFile(`${world.folder}/secret`), '"secret"');
  const left = [...Deno.readDirSync(`${world.folder}/allowed`)].map(({ name }) => name);
  assertEquals(left.sort(), ["file"]);
});
