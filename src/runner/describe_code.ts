import type { DescribedAgent, HostSettings } from "../agent/manifest.ts";
import { unite } from "../agent/granted_permissions.ts";
import { withoutProcessTree } from "../host/process_tree.ts";
import type { Modules } from "./channel.ts";
import { openProcess } from "./process_channel.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import { openWorker, workerCode } from "./worker_channel.ts";

/** How long an agent's module may take to be evaluated. */
const evaluationSeconds = 10;

/**
 * What a process is held to meanwhile. Its heap is bounded anyway, buffers beside it are not; and
 * one that is left alone, since who started it was killed, is not to compute for ever.
 */
const bounds = { cpu: 60, memory: 2_048 };

/**
 * Evaluates an agent in a sandbox without permissions and asks it for its manifest.
 *
 * @param code the agent; a process starts while it is still being made
 * @param host settings that win over the agent's
 * @param imports the import map of a process to evaluate it in; a worker evaluates it by default
 * @param signal gives up
 * @returns the manifest with everything that was found wrong
 * @throws with what the agent's module threw, and where it is not evaluated in time
 */
export async function describeCode(
  code: Modules | Promise<Modules>,
  host: HostSettings,
  imports?: string,
  signal?: AbortSignal,
): Promise<DescribedAgent> {
  const sandbox = imports === undefined ? inWorker(await code) : inProcess(code, imports);
  const end = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => end.reject(signal.reason));
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function describe(): Promise<DescribedAgent> {
    await code;
    timer = setTimeout(
      () => end.reject(new Error(`It is not evaluated after ${evaluationSeconds} seconds`)),
      evaluationSeconds * 1000,
    );
    await sandbox.ready;
    return await sandbox.describe(host);
  }

  try {
    return await Promise.race([describe(), end.promise]);
  } finally {
    clearTimeout(timer);
    sandbox.close();
  }
}

function inProcess(code: Modules | Promise<Modules>, imports: string): Sandbox {
  return createSandbox(
    (events) => openProcess(code, imports, unite([]), withoutProcessTree(), events, {}, bounds),
    () => {},
  );
}

function inWorker(code: Modules): Sandbox {
  const { url, close } = workerCode(code);
  const sandbox = createSandbox(
    (events) => openWorker({ url, close }, unite([]), withoutProcessTree(), events),
    () => {},
  );
  sandbox.broken.then(close);
  return sandbox;
}
