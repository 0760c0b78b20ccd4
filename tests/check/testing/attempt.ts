import { defineCheck } from "../../../src/check/define_check.ts";
import type { Permissions } from "../../../src/check/declared_permissions.ts";
import { testCheck, type TestSettings } from "../../../src/check/testing.ts";

/**
 * Runs code as a check with these permissions.
 *
 * @returns what it returns, as JSON carries it; where the answer is not OK, its state and text
 */
export async function attempt(
  permissions: Permissions,
  code: () => unknown,
  settings: TestSettings = {},
): Promise<unknown> {
  const check = defineCheck({
    description: "A trial",
    permissions,
    run: async () => `>${JSON.stringify(await code())}`,
  });
  const { state, text } = await testCheck(check, settings);
  return state === "OK" ? JSON.parse(text.slice(1)) : `${state} ${text}`;
}

/** What {@linkcode attempt} answers where a permission is lacking. */
export function refused(target: string): string {
  return `UNKNOWN Permission refused: ${target} is not among the declared permissions`;
}
