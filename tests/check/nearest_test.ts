import { assertEquals } from "@std/assert";
import { nearest } from "../../src/check/nearest.ts";

Deno.test("nearest() finds the most similar name, or undefined if no name is similar", {
  permissions: "none",
}, () => {
  const names = ["check_load", "check_disk", "check_users"];
  const table: [string, string | undefined][] = [
    ["check_laod", "check_load"],
    ["chek_disk", "check_disk"],
    ["CHECK_USERS", "check_users"],
    ["load", undefined],
    ["", undefined],
    ["x".repeat(100_000), undefined],
  ];
  for (const [name, expected] of table) {
    assertEquals(nearest(name, names), expected, name.slice(0, 20));
  }
});
