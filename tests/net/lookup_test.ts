import { assert, assertRejects } from "@std/assert";
import { lookup } from "../../src/net/lookup.ts";

Deno.test("lookup() reads /etc/hosts with permission only for the name", {
  permissions: { net: ["localhost", "checkwright.invalid"] },
}, async () => {
  const addresses = await lookup("localhost");
  assert(addresses.some((address) => address === "127.0.0.1" || address === "::1"));
  // RFC 6761: this name never exists. Without a name server, the lookup fails differently.
  const unknown = await lookup("checkwright.invalid").catch(({ code }) => code);
  assert(unknown === "EAI_AGAIN" || unknown.length === 0, String(unknown));
  await assertRejects(() => lookup("other.invalid"), Deno.errors.NotCapable);
});
