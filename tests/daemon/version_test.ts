import { assertEquals } from "@std/assert";
import { VERSION } from "../../src/daemon/version.ts";

Deno.test("The version is the same as in deno.json", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(VERSION, config.version);
});
