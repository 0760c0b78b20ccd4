import { sha256 } from "../agent/deployment.ts";
import { defaultStateDirectory } from "../daemon/load_tls.ts";
import { whyFailed } from "../daemon/state_file.ts";
import { openStateFiles, type ReportState, type StateFiles } from "../daemon/state_files.ts";
import { whyUntrusted } from "../host/trusted_folder.ts";
import { memoryStore } from "../runner/state_store.ts";
import { printable } from "./printable.ts";

/**
 * Opens the states of commands that `run` and `learn` run. Each agent has a folder of its own below
 * the state directory: a run by hand does not change the states of a daemon, and needs no permission
 * to write its files. The folder is created when a check sets its state.
 *
 * @param agent the path of the agent's module, which identifies the folder
 * @param state the setting `state` of the agent
 * @returns the states; if the folder cannot be trusted, they end with this process
 */
export async function openRunStates(agent: string, state?: string): Promise<StateFiles> {
  const digest = await sha256(await Deno.realPath(agent));
  const folder = `${state ?? defaultStateDirectory()}/run/${digest.slice(0, 16)}`;
  const untrusted = await whyUnusable(folder);
  if (untrusted !== undefined) return untrustedStates(`Cannot use ${folder}: ${untrusted}`);
  return openStateFiles(folder, report, async () => {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const reason = await whyUnusable(folder);
    if (reason !== undefined) throw new Error(reason);
  });
}

async function whyUnusable(folder: string): Promise<string | undefined> {
  try {
    return await whyUntrusted(await Deno.realPath(folder));
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? undefined : whyFailed(error);
  }
}

function untrustedStates(reason: string): StateFiles {
  const memory = memoryStore();
  return {
    ...memory,
    write(command, options, json) {
      report(command, reason);
      memory.write(command, options, json);
    },
    retain: () => Promise.resolve(),
    flush: () => Promise.resolve(),
  };
}

const report: ReportState = (command, reason) =>
  console.error(printable(`checkwright: State of ${command} is not kept: ${reason}`));
