/**
 * The throw-away process: one sandbox as the daemon starts it, with `inside.ts` in place of an
 * agent. Its argument is the path of a file with a `ProcessOrder`.
 */
import { unite } from "../../src/agent/granted_permissions.ts";
import type { Permissions } from "../../src/check/declared_permissions.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { createSandbox } from "../../src/runner/sandbox.ts";
import { openWorker } from "../../src/runner/worker_channel.ts";
import type { Order } from "./inside.ts";

/** The contents of the file. */
export interface ProcessOrder {
  /** The paths of the bundles of `sandbox_main.ts` and `inside.ts`. */
  runtime: string;
  inside: string;
  /** The path of the file into which the sandbox writes its calls and their results. */
  progress: string;
  permissions: Permissions;
  order: Order;
}

const { runtime, inside, progress, permissions, order }: ProcessOrder = JSON.parse(
  await Deno.readTextFile(Deno.args[0]!),
);
const urlOf = (code: string) => URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
// Text that was written to an open file survives the process. The worker gives up the permission to
// open the file before it is hardened, so that the calls have exactly the permissions of the
// search. The resource of the file gets a number that no hostile value has.
const url = urlOf(`
import { serveSandbox, workerHost } from "${urlOf(await Deno.readTextFile(runtime))}";
const path = ${JSON.stringify(progress)};
const files = Array.from({ length: 40 }, () => Deno.openSync(path, { append: true }));
const file = files.pop();
for (const one of files) one.close();
Deno.permissions.revokeSync({ name: "write", path });
addEventListener("message", ({ data }) => {
  data.facts.files = data.facts.files.filter((one) => one !== path);
}, { capture: true, once: true });
const write = file.writeSync.bind(file);
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);
serveSandbox(async () => {
  const { carryOut } = await import("${urlOf(await Deno.readTextFile(inside))}");
  await carryOut(${JSON.stringify(order)}, (text) => write(encode(text + "\\n")));
  return { default: { commands: {} } };
}, await workerHost(), "agent.js");
`);
const granted = unite([permissions, { write: [progress] }]);
const sandbox = createSandbox(
  (events) => openWorker({ url, close: () => {} }, granted, withoutProcessTree(), events),
  () => {},
);
// A process whose descriptors run out could not open the file later.
const ending = await Deno.open(progress, { append: true });
const finish = async (text: string) => {
  await ending.write(new TextEncoder().encode(`${text}\n`));
  Deno.exit(0);
};
watchLimits(() => finish("=low"));
let end = "=done";
try {
  await sandbox.ready;
} catch (error) {
  end = `=broken ${String((error as Error).message).replaceAll("\n", " ")}`;
}
await finish(end);

// Many calls together can use up the descriptors or the memory. Then any call can fail or crash.
function watchLimits(onLow: () => void): void {
  if (Deno.build.os !== "linux") return;
  const limits = Deno.readTextFileSync("/proc/self/limits");
  const limitOf = (name: string) =>
    Number(new RegExp(`^${name} +(\\d+)`, "m").exec(limits)?.[1] ?? Infinity);
  const descriptors = limitOf("Max open files");
  const kibibytes = limitOf("Max data size") / 1024;
  setInterval(() => {
    try {
      const used = /^VmData:\s*(\d+)/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
      const open = [...Deno.readDirSync("/proc/self/fd")].length;
      if (open > descriptors * 0.7 || Number(used) > kibibytes * 0.85) onLow();
    } catch {
      // No descriptor is left for the files above.
      onLow();
    }
  }, 100);
}
