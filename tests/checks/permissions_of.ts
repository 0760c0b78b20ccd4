import { assertEquals } from "@std/assert";
import { parseOptions } from "../../src/check/parse_option.ts";
import type { CheckCommand, Permissions } from "../../src/mod.ts";

/** Returns the permissions that a bound check declares. */
export function permissionsOf({ definition, values: bound, settings }: CheckCommand): Permissions {
  const { values, errors } = parseOptions(definition.options ?? {}, bound);
  assertEquals(errors, []);
  const { permissions = {} } = definition;
  return typeof permissions === "function"
    ? permissions(values, { acceptArguments: settings.acceptArguments === true })
    : permissions;
}
