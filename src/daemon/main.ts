/**
 * The daemon's process. It holds exactly the permissions of its manifest, reads no file and no
 * variable for itself: everything it needs comes from the launcher through standard input, and when
 * that ends, the launcher is gone and so is the daemon.
 */
import { formatAddress, openDaemon, readyLine, type ReplaceableDaemon } from "./daemon.ts";
import { createGeneration, type Generation } from "./generation.ts";
import { type FromDaemon, type Orders, readLines, type ToDaemon } from "./link.ts";
import { createLog, lineWriter, type Log } from "./log.ts";
import { createStats } from "./stats.ts";

/** More workers left alone than this, and the daemon makes way for another. */
const maxAbandoned = 2;

/** How often the launcher is told which checks run, in milliseconds; shorter runs are not told. */
const suspectEvery = 100;

type Notify = (message: FromDaemon) => void;

async function main(): Promise<number> {
  const lines = readLines(Deno.stdin.readable);
  const first: ToDaemon = JSON.parse((await lines.next()).value);
  if (first.type !== "start") throw new TypeError("Expected the launcher's start");
  const stderr = lineWriter(Deno.stderr);
  const log = createLog(first.orders.manifest.settings.log, stderr.write);
  const notify = notifier(first.token);
  const leave = Promise.withResolvers<string>();
  const stats = createStats();
  let generation = create(first.orders);
  // Those before it, for as long as their commands run.
  const retiring = new Set<Generation>();

  function create(orders: Orders): Generation {
    return createGeneration(orders, log, stats, (command) => {
      const abandoned = stats.abandon();
      log("error", "abandoned", {
        command,
        abandoned,
        reason: "its worker cannot be ended and may go on burning a core",
      });
      if (abandoned > maxAbandoned) leave.resolve("too many abandoned workers");
    });
  }

  let daemon: ReplaceableDaemon;
  try {
    daemon = await openDaemon(generation.parts);
  } catch (error) {
    log("error", "start", { reason: (error as Error).message });
    await stderr.flush();
    return 1;
  }
  notify({
    type: "ready",
    line: readyLine(generation.parts, daemon.addresses),
    listen: daemon.addresses.map(formatAddress),
  });
  const watching = tellSuspects(() => [...retiring, generation], notify);

  async function reload(orders: Orders): Promise<void> {
    const next = create(orders);
    const fault = await replace(daemon, generation, next, log);
    if (fault === undefined) {
      const before = generation;
      generation = next;
      retiring.add(before);
      before.retire().then(() => retiring.delete(before));
    } else next.pool.close();
    stats.reloaded(fault);
    notify({ type: "reloaded", ...(fault !== undefined && { fault }) });
  }

  async function obey(): Promise<string> {
    for await (const line of lines) {
      const message: ToDaemon = JSON.parse(line);
      if (message.type === "reload") await reload(message.orders);
      else if (message.type === "refused") stats.reloaded(message.fault);
    }
    return "the launcher is gone";
  }

  // A hangup is for the launcher; here it would be the end.
  Deno.addSignalListener("SIGHUP", () => {});
  const restart = leave.promise.then((reason) => ({ reason, restart: true }));
  const stop = Promise.race([signalled("SIGTERM"), signalled("SIGINT"), obey()])
    .then((reason) => ({ reason, restart: false }));
  const end = await Promise.race([restart, stop]);
  log("info", "stop", end);
  const stopped = daemon.stop();
  clearInterval(watching);
  if (end.restart) notify({ type: "leaving", quarantined: generation.quarantine.commands });
  await stopped;
  generation.pool.close();
  await stderr.flush();
  return 0;
}

async function replace(
  daemon: ReplaceableDaemon,
  before: Generation,
  next: Generation,
  log: Log,
): Promise<string | undefined> {
  try {
    await next.warm(before);
    await daemon.replace(next.parts);
    log("info", "reload", { commands: Object.keys(next.parts.manifest.commands).length });
    return undefined;
  } catch (error) {
    const reason = (error as Error).message;
    log("error", "reload", { reason });
    return reason;
  }
}

function notifier(token: string): Notify {
  const encoder = new TextEncoder();
  const write = Deno.stdout.writeSync.bind(Deno.stdout);
  return (message) => {
    const bytes = encoder.encode(`${token}${JSON.stringify(message)}\n`);
    for (let at = 0; at < bytes.length;) at += write(bytes.subarray(at));
  };
}

// A worker that runs out of memory takes the process with it: the launcher must know who ran then.
function tellSuspects(
  generations: () => Generation[],
  notify: Notify,
): ReturnType<typeof setInterval> {
  let told = "";
  return setInterval(() => {
    const commands = [
      ...new Set(generations().flatMap(({ pool }) => pool.suspects(suspectEvery))),
    ];
    const now = commands.join("\n");
    if (now !== told) notify({ type: "suspects", commands });
    told = now;
  }, suspectEvery);
}

function signalled(signal: Deno.Signal): Promise<string> {
  return new Promise((resolve) => Deno.addSignalListener(signal, () => resolve(signal)));
}

Deno.exit(await main());
