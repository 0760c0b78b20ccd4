import type { Manifest } from "../agent/manifest.ts";
import type { Answer, Outcome } from "../check/answer.ts";
import type { PluginOutput } from "../nagios/plugin_output.ts";
import type { ReceivedQuery } from "../acceptor/acceptor_messages.ts";
import { createReclaim } from "../net/reclaim.ts";
import type { Runner } from "../runner/runner.ts";
import { createHandler } from "./handler.ts";
import type { Log } from "./log.ts";

/** The parts that answer queries. */
export interface AnsweringParts {
  /** The agent to serve. */
  manifest: Manifest;
  /** Runs the commands. */
  runner: Runner;
  /** Receives one event for each query. */
  log: Log;
  /** Called with every answer. */
  count?: (answer: Answer) => void;
}

/**
 * The garbage collector is called after this number of queries. It delays the queries of that moment
 * by some milliseconds, which must stay fewer than one in a hundred.
 */
const reclaimAfter = 1_024;

/** Outcomes that cost the daemon nothing, so that a client may cause many of them. */
const cheap: readonly Outcome[] = ["refused", "undefined", "busy"];

/**
 * Makes the function that answers the queries of acceptors, counts and logs them.
 *
 * @param parts the parts
 * @param repeated receives the events of refused queries, which a client can repeat quickly
 * @returns the function: it returns undefined if the connection must be closed without a response
 */
export function createAnswering(
  { manifest, runner, log, count }: AnsweringParts,
  repeated: Log,
): (query: ReceivedQuery) => Promise<PluginOutput | undefined> {
  const reclaim = createReclaim(reclaimAfter);
  const handle = createHandler(manifest, runner);
  return async ({ address, subject, command, args }) => {
    reclaim();
    const start = performance.now();
    const answer = await handle({ command, args }, { address, subject });
    count?.(answer);
    const { output, outcome, reason, refusal, silent } = answer;
    const record = cheap.includes(outcome) ? repeated : log;
    record(outcome === "done" || outcome === "version" ? "info" : "warning", "query", {
      peer: address,
      subject,
      command,
      state: silent ? "none" : output.state,
      outcome,
      ms: Math.round((performance.now() - start) * 10) / 10,
      permission: refusal?.kind,
      target: refusal?.target,
      reason,
    });
    return silent ? undefined : output;
  };
}
