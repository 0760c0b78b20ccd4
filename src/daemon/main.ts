/**
 * The daemon's process. It holds exactly the permissions of its manifest, reads no file and no
 * variable for itself: everything it needs comes from the launcher through standard input, and when
 * that ends, the launcher is gone and so is the daemon.
 */
import { openLifecycle } from "./lifecycle.ts";
import { type FromDaemon, readLines, type ToDaemon } from "./link.ts";
import { createLog, lineWriter } from "./log.ts";
import { takeProcessTree } from "./daemon_permissions.ts";
import { signalled } from "./signalled.ts";

async function main(): Promise<number> {
  const lines = readLines(Deno.stdin.readable);
  const first: ToDaemon = JSON.parse((await lines.next()).value);
  if (first.type !== "start") throw new TypeError("Expected the launcher's start");
  const { orders, token } = first;
  const stderr = lineWriter(Deno.stderr);
  const notify = notifier(token);
  // A hangup is for the launcher; here it would be the end.
  Deno.addSignalListener("SIGHUP", () => {});
  const signal = Promise.race([signalled("SIGTERM"), signalled("SIGINT")]);
  const daemon = await openLifecycle(
    orders,
    stderr.write,
    (commands) => notify({ type: "suspects", commands }),
    takeProcessTree(orders.manifest),
  ).catch(async (error: Error) => {
    createLog(orders.manifest.settings.log, stderr.write)("error", "start", {
      reason: error.message,
    });
    await stderr.flush();
    Deno.exit(1);
  });
  notify({ type: "ready", line: daemon.line, listen: daemon.listen });

  async function obey(): Promise<string> {
    for await (const line of lines) {
      const message: ToDaemon = JSON.parse(line);
      if (message.type === "reload") {
        const fault = await daemon.reload(message.orders);
        notify({ type: "reloaded", ...(fault !== undefined && { fault }) });
      } else if (message.type === "refused") daemon.refused(message.fault);
    }
    return "the launcher is gone";
  }

  const restart = daemon.leaving.then((reason) => ({ reason, restart: true }));
  const stop = Promise.race([signal, obey()])
    .then((reason) => ({ reason, restart: false }));
  const end = await Promise.race([restart, stop]);
  daemon.log("info", "stop", end);
  const stopped = daemon.stop();
  if (end.restart) notify({ type: "leaving", quarantined: daemon.quarantined });
  await stopped;
  await stderr.flush();
  return 0;
}

function notifier(token: string): (message: FromDaemon) => void {
  const encoder = new TextEncoder();
  const write = Deno.stdout.writeSync.bind(Deno.stdout);
  return (message) => {
    const bytes = encoder.encode(`${token}${JSON.stringify(message)}\n`);
    for (let at = 0; at < bytes.length;) at += write(bytes.subarray(at));
  };
}

Deno.exit(await main());
