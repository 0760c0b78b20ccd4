import { assert, assertEquals } from "@std/assert";
import { ProtocolError } from "../../src/protocol/protocol_error.ts";

Deno.test("ProtocolError contains its kind, a message and the number of received bytes", {
  permissions: "none",
}, () => {
  const error = new ProtocolError("truncated", "Cannot decode packet: expected more", 0);
  assert(error instanceof Error);
  assertEquals(String(error), "ProtocolError: Cannot decode packet: expected more");
  assertEquals([error.fault, error.received], ["truncated", 0]);
  assertEquals(new ProtocolError("empty", "Nothing").received, undefined);
});
