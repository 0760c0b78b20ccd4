import type { DescribedAgent, HostSettings } from "../agent/manifest.ts";
import { unite } from "../agent/permissions.ts";
import type { SandboxCode } from "./channel.ts";
import { createPool, type Isolation } from "./pool.ts";

/** How long an agent's module may take to be evaluated, in seconds. */
const patience = 10;

/**
 * Evaluates an agent in a sandbox without permissions and asks it for its manifest.
 *
 * @param code the agent
 * @param host settings that win over the agent's
 * @param isolation in what it is evaluated
 * @param signal gives up
 * @returns the manifest with everything that was found wrong
 * @throws with what the agent's module threw, and where it is not evaluated in time
 */
export async function describeCode(
  code: SandboxCode,
  host: HostSettings,
  isolation: Isolation,
  signal?: AbortSignal,
): Promise<DescribedAgent> {
  const pool = createPool(code, 1, () => {});
  const slow = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => slow.reject(signal.reason));
  const timer = setTimeout(
    () => slow.reject(new Error(`It is not evaluated after ${patience} seconds`)),
    patience * 1000,
  );
  try {
    return await Promise.race([
      pool.sandbox(unite([]), isolation).then((sandbox) => sandbox.describe(host)),
      slow.promise,
    ]);
  } finally {
    clearTimeout(timer);
    pool.close();
  }
}
