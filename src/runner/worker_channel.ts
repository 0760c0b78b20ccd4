import type { GrantedPermissions } from "../agent/granted_permissions.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import type { Channel, ChannelEvents, Modules } from "./channel.ts";
import type { RealmFacts } from "./messages.ts";
import { withoutSourceMap } from "./source_places.ts";

/** The code of an agent in memory, so that workers need not read files. */
export interface WorkerCode {
  /** The module that a worker starts with. */
  readonly url: string;
  /** Frees the code. */
  close(): void;
}

/**
 * Makes blob URLs of the code: they can be imported without a permission.
 *
 * @param code the agent, and the program inside the sandbox
 * @returns the module to start workers with
 */
export function workerCode(code: Modules): WorkerCode {
  const runtime = blobUrl(code.runtime);
  const agent = blobUrl(withoutSourceMap(code.agent));
  // The runtime comes first: it must connect to the host before user code is evaluated.
  const url = blobUrl(
    `import { serveSandbox, workerHost } from "${runtime}";\n` +
      `serveSandbox(() => import("${agent}"), await workerHost(), "${agent}");\n`,
  );
  return { url, close: () => [url, runtime, agent].forEach((each) => URL.revokeObjectURL(each)) };
}

function blobUrl(text: string): string {
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}

/**
 * Starts a worker with exactly these permissions. A worker limits permissions. It limits neither
 * processor time nor memory, and a thread that is always busy cannot be stopped.
 *
 * @param code the code to run
 * @param permissions its permissions
 * @param processes ends the processes that it starts
 * @param events receives its messages
 * @returns the channel
 */
export function openWorker(
  { url }: WorkerCode,
  permissions: GrantedPermissions,
  processes: ProcessTree,
  events: ChannelEvents,
): Channel {
  // The runtime treats an empty list as all permissions; `false` grants no permission.
  const granted = Object.fromEntries(
    Object.entries(permissions).map(([name, list]) => [name, list.length > 0 ? list : false]),
  );
  const worker = new Worker(url, {
    type: "module",
    name: "sandbox",
    deno: { permissions: { ...granted, ffi: false, import: false } },
  } as WorkerOptions);
  // User code runs in the same worker as our program. A message without the token is not from our
  // program.
  const token = crypto.randomUUID();
  const facts = factsOf(permissions, processes);
  worker.postMessage({ token, facts });
  worker.onmessage = ({ data }) => {
    if (Array.isArray(data) && data[0] === token) events.message(data[1]);
  };
  worker.onmessageerror = () => events.broken("The sandbox sent a message that cannot be read");
  worker.onerror = (event) => {
    event.preventDefault();
    events.broken(event.message || "The sandbox failed");
  };
  return {
    hasThread: true,
    post: (message) => worker.postMessage([token, message]),
    terminate() {
      worker.terminate();
      if (permissions.run.length > 0) processes.endMarked(facts.mark);
    },
  };
}

/**
 * Returns the data that a realm gets about itself.
 *
 * @param permissions its permissions
 * @param processes ends the processes that it starts
 * @returns the facts, with a mark of its own
 */
export function factsOf(
  { read, write, env }: GrantedPermissions,
  processes: ProcessTree,
): RealmFacts {
  return { files: [...read, ...write], env, mark: processes.createMark() };
}
