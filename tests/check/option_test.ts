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

Deno.test("option.thresholds() makes the usual pair of options", { permissions: "none" }, () => {
  assertEquals<unknown>(option.thresholds("the load"), {
    warning: { kind: "range", short: "w", description: "Warn if the load is outside this range" },
    critical: {
      kind: "range",
      short: "c",
      description: "Critical if the load is outside this range",
    },
  });
  const settings = { kind: "percentRange", labels: ["a"], lessIsWorse: true } as const;
  const { warning, critical } = option.thresholds("the free space", {
    ...settings,
    warning: "20%",
  });
  const shared = { ...settings, default: "20%" };
  assertEquals<unknown>(warning, {
    ...{ ...shared, short: "w" },
    description: "Warn if the free space is at most this percentage, or outside a range such as 5:",
  });
  assertEquals("default" in critical, false);
  const kinds = ["range", "percentRange", "bytesRange", "durationRange"] as const;
  for (const kind of kinds) assertEquals(option.thresholds("a", { kind }).critical.kind, kind);
});
