import { assertEquals } from "@std/assert";
import { links } from "../fixtures/attacks/links.ts";
import { attackGroup } from "./attacking.ts";

attackGroup("links", links, ({ world: { folder } }) => {
  assertEquals(Deno.readTextFileSync(`${folder}/outside/file`), "outside\n");
  const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  assertEquals(names(`${folder}/outside`), ["file", "socket"]);
  assertEquals(names(`${folder}/links/within`), ["file"]);
});
