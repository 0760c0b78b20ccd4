import { defineCheck } from "../../../src/check/define_check.ts";
import type { Permissions } from "../../../src/check/declared_permissions.ts";
import { testCheck, type TestSettings } from "../../../src/check/testing.ts";

/**
 * Runs code as a check with these permissions.
 *
 * @returns its value after a round trip through JSON; state and text if the answer is not OK
 */
export async function attempt(
  permissions: Permissions,
  code: () => unknown,
  settings: TestSettings = {},
): Promise<unknown> {
  const check = defineCheck({
    description: "Runs code of a test",
    permissions,
    run: async () => `>${JSON.stringify(await code())}`,
  });
  const { state, text } = await testCheck(check, settings);
  return state === "OK" ? JSON.parse(text.slice(1)) : `${state} ${text}`;
}

/** Returns the result of {@linkcode attempt} if a permission is missing. */
export function refused(target: string): string {
  return `UNKNOWN Permission refused: ${target} is not among the declared permissions`;
}
