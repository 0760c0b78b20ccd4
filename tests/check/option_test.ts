import { assertEquals, assertThrows } from "@std/assert";
import { option } from "../../src/check/option.ts";

const description = "A value";

Deno.test("option returns plain data", { permissions: "none" }, () => {
  const specs = {
    warning: option.range({ short: "w", description, default: "5:" }),
    name: option.text({ description, pattern: /a\d/i, required: true }),
    verbose: option.flag({ description }),
  };
  assertEquals(JSON.parse(JSON.stringify(specs)), {
    warning: { kind: "range", short: "w", description, default: "5:" },
    name: { kind: "text", description, pattern: "(?i:a\\d)", required: true },
    verbose: { kind: "flag", description, default: false },
  });
});

Deno.test("option.text() refuses a pattern that is invalid in Unicode mode", {
  permissions: "none",
}, () => {
  assertThrows(() => option.text({ description, pattern: /\-/ }), SyntaxError);
});
