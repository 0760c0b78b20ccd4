import type { DescribedAgent, HostSettings } from "../agent/manifest.ts";
import { unite } from "../agent/granted_permissions.ts";
import { withoutProcessTree } from "../host/process_tree.ts";
import type { Modules } from "./channel.ts";
import { openProcess } from "./process_channel.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import { sourcePlaces } from "./source_places.ts";
import { openWorker, workerCode } from "./worker_channel.ts";

/** The time in which an agent's module must be evaluated. */
const evaluationSeconds = 10;

/**
 * Limits of the process. The heap has its own limit, but buffers are outside the heap. The limit of
 * processor time ends a process whose parent was killed.
 */
const bounds = { cpu: 60, memory: 2_048, optional: true };

/**
 * Evaluates an agent in a sandbox without permissions and asks it for its manifest.
 *
 * @param code the agent; a process starts while the code is still being built
 * @param host settings that override the agent's
 * @param imports the import map of a process that evaluates the agent (default: a worker)
 * @param signal cancels the evaluation
 * @returns the manifest with all its diagnostics
 * @throws if the agent's module throws or is not evaluated in time
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
      () =>
        end.reject(new Error(`The module was not evaluated within ${evaluationSeconds} seconds`)),
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
  let places = (text: string) => text;
  // If the code cannot be built, its builder reports the error.
  Promise.resolve(code).then(({ agent }) => places = sourcePlaces(agent), () => {});
  return createSandbox(
    (events) => openProcess(code, imports, unite([]), withoutProcessTree(), events, {}, bounds),
    () => {},
    (text) => places(text),
  );
}

function inWorker(code: Modules): Sandbox {
  const { url, close } = workerCode(code);
  const sandbox = createSandbox(
    (events) => openWorker({ url, close }, unite([]), withoutProcessTree(), events),
    () => {},
    sourcePlaces(code.agent),
  );
  sandbox.broken.then(close);
  return sandbox;
}
