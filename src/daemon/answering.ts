import type { Manifest } from "../agent/manifest.ts";
import type { Answer } from "../check/answer.ts";
import type { PluginOutput } from "../nagios/plugin_output.ts";
import type { ReceivedQuery } from "../acceptor/acceptor_messages.ts";
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
 * Makes the function that answers the queries of acceptors, counts and logs them.
 *
 * @param parts the parts
 * @returns the function: it returns undefined if the connection must be closed without a response
 */
export function createAnswering(
  { manifest, runner, log, count }: AnsweringParts,
): (query: ReceivedQuery) => Promise<PluginOutput | undefined> {
  const handle = createHandler(manifest, runner);
  return async ({ address, subject, command, args }) => {
    const start = performance.now();
    const answer = await handle({ command, args }, { address, subject });
    count?.(answer);
    const { output, outcome, reason, refusal, silent } = answer;
    log(outcome === "done" || outcome === "version" ? "info" : "warning", "query", {
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
