/**
 * The daemon's process. It holds exactly the permissions of its manifest, reads no file and no
 * variable for itself: everything it needs comes from the launcher through standard input, and when
 * that ends, the launcher is gone and so is the daemon.
 */
import type { Manifest } from "../agent/manifest.ts";
import type { TlsServerOptions } from "../net/tls_server.ts";
import { sandboxedChecks } from "../runner/checks.ts";
import { createPool } from "../runner/pool.ts";
import { createRunner } from "../runner/runner.ts";
import type { SandboxCode } from "../runner/channel.ts";
import { openDaemon, readyLine } from "./daemon.ts";
import { createLog, lineWriter } from "./log.ts";

/** What the launcher sends, as one line of JSON. */
export interface Orders {
  manifest: Manifest;
  code: SandboxCode;
  tls: false | TlsServerOptions;
  hostname: string;
}

async function main(): Promise<number> {
  const stderr = lineWriter(Deno.stderr);
  const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
  const { manifest, code, tls, hostname } = await readOrders(input);
  const log = createLog(manifest.settings.log, stderr.write);

  const pool = createPool(
    code,
    manifest.settings.limits.sandboxes,
    (command, message) => log("info", "check", { command, message }),
  );
  const runner = createRunner(
    manifest,
    sandboxedChecks(pool, { hostname, procfs: manifest.settings.procfs }),
  );
  let daemon;
  try {
    daemon = await openDaemon({ manifest, runner, tls, log });
  } catch (error) {
    log("error", "start", { reason: (error as Error).message });
    await stderr.flush();
    return 1;
  }
  console.log(readyLine({ manifest, tls }, daemon.addresses));

  const reason = await Promise.race([
    signalled("SIGTERM"),
    signalled("SIGINT"),
    ended(input).then(() => "the launcher is gone"),
  ]);
  log("info", "stop", { reason });
  await daemon.stop();
  pool.close();
  await stderr.flush();
  return 0;
}

type TextReader = ReadableStreamDefaultReader<string>;

async function readOrders(input: TextReader): Promise<Orders> {
  let text = "";
  while (!text.endsWith("\n")) {
    const { value, done } = await input.read();
    if (done) throw new Error("The launcher sent no orders");
    text += value;
  }
  return JSON.parse(text);
}

async function ended(input: TextReader): Promise<void> {
  while (!(await input.read()).done);
}

function signalled(signal: Deno.Signal): Promise<string> {
  return new Promise((resolve) => Deno.addSignalListener(signal, () => resolve(signal)));
}

Deno.exit(await main());
