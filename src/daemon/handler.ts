import type { Manifest } from "../agent/manifest.ts";
import { type Answer, failure } from "../check/answer.ts";
import { nearest } from "../check/nearest.ts";
import { escapeText } from "../nagios/text.ts";
import { type Query, VERSION_COMMAND } from "../protocol/parse_query.ts";
import type { Runner } from "../runner/runner.ts";
import { VERSION_TEXT } from "./version.ts";

/** The client of a query. */
export interface Peer {
  /** The address. */
  address: string;
  /** The subject of the client certificate, if one was presented and verified. */
  subject?: string | undefined;
}

/** Answers queries, independent of sockets. It never rejects. */
export type Handler = (query: Query, peer: Peer) => Promise<Answer>;

/**
 * Makes the handler of an agent.
 *
 * @param manifest the agent
 * @param runner runs its commands
 * @returns the handler
 */
export function createHandler(manifest: Manifest, runner: Runner): Handler {
  const { settings, commands, disabled, omitted = {} } = manifest;
  const isAllowed = clientPolicy(settings.clients);

  function refuse(reason: string, hint: string): Answer {
    const silent = settings.refusals === "silent" && { silent: true as const };
    return failure("refused", reason, hint, { reason, ...silent });
  }

  return async ({ command: name, args }, peer) => {
    const shown = escapeText(name);
    // Engines check the host with this query, so that each client that may connect gets an answer.
    if (name === VERSION_COMMAND) {
      return { output: { state: "OK", text: VERSION_TEXT }, outcome: "version" };
    }
    if (!isAllowed(peer.subject, name)) {
      return refuse(
        `Command '${shown}' is not allowed for this client`,
        `Client certificate: ${peer.subject ?? "none"}`,
      );
    }
    if (Object.hasOwn(omitted, name)) {
      const reason = omitted[name]!;
      const output = `Command '${shown}' is omitted on this host: ${reason}`;
      return failure("undefined", output, undefined, { reason });
    }
    if (!Object.hasOwn(commands, name)) {
      const meant = nearest(name, Object.keys(commands));
      const hint = disabled?.includes(name)
        ? "The settings of this host disable this command"
        : meant && `Nearest command: ${meant}`;
      return failure("undefined", `NRPE: Command '${shown}' not defined`, hint);
    }
    if (args.length > 0 && !commands[name]!.acceptArguments) {
      return refuse(
        `Arguments are not accepted for command '${shown}'`,
        "Set `acceptArguments: true` for this command in the agent",
      );
    }
    return await runner.run(name, args);
  };
}

type ClientRules = Manifest["settings"]["clients"];

// Without rules every client may run every command. With rules, at least one must allow it.
function clientPolicy(
  rules: ClientRules,
): (subject: string | undefined, command: string) => boolean {
  if (rules === undefined) return () => true;
  const policies = rules.map(({ subject, commands }) => ({
    subject: glob(subject),
    commands: commands.map(glob),
  }));
  return (subject, command) =>
    subject !== undefined &&
    policies.some((policy) =>
      policy.subject(subject) &&
      policy.commands.some((allowed) => allowed(command))
    );
}

// `*` matches any characters. Each part is searched once, after the part before it. A regular
// expression would try all combinations, which takes seconds for a name of 64 KiB.
function glob(pattern: string): (text: string) => boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return (text) => text === start;
  return (text) => {
    if (!text.startsWith(start)) return false;
    let at = start.length;
    for (const part of parts) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at + end.length <= text.length && text.endsWith(end);
  };
}
