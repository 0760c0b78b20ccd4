import { assertEquals } from "@std/assert";
import { defineCheck } from "../../src/check/define_check.ts";
import { option } from "../../src/check/option.ts";

const definition = {
  description: "Jobs waiting",
  options: { warning: option.range({ description: "Warn outside" }) },
  run: () => "fine",
};

Deno.test("defineCheck() returns a command without option values", { permissions: "none" }, () => {
  const check = defineCheck(definition);
  assertEquals({
    kind: check.kind,
    definition: check.definition,
    values: check.values,
    settings: check.settings,
  }, {
    kind: "check",
    definition,
    values: {},
    settings: {},
  });
});

Deno.test("Each call of a check returns a new command", { permissions: "none" }, () => {
  const check = defineCheck(definition);
  const first = check({ warning: "5" }, { timeout: "5s" });
  const second = check();
  assertEquals(first, {
    kind: "check",
    definition,
    values: { warning: "5" },
    settings: { timeout: "5s" },
  });
  assertEquals(second, { kind: "check", definition, values: {}, settings: {} });
  assertEquals(check.values, {});
});
