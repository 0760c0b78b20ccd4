import type { DescribedAgent, HostSettings } from "../agent/manifest.ts";
import { type Answer, MAX_TEXT, readAnswer } from "../check/answer.ts";
import type { Channel, ChannelEvents } from "./channel.ts";
import type { FromSandbox, RunContext, ToSandbox } from "./messages.ts";

/** A realm of its own that holds one permission set. */
export interface Sandbox {
  /** Settles when the code is loaded; rejects with what the agent's module threw. */
  readonly ready: Promise<void>;
  /**
   * Resolves with a reason when the realm has broken, or holds a check that goes on behind its
   * deadline: nothing more should be run in it then. It closes itself when the last run is over.
   */
  readonly broken: Promise<string>;
  /** How many runs are under way. */
  readonly running: number;
  /** The commands that were started before this time (`performance.now()`) and run still. */
  runningSince(time: number): string[];
  /** Asks for the manifest and its diagnostics, the host's settings merged in. */
  describe(host: HostSettings): Promise<DescribedAgent>;
  /**
   * Runs a command of the agent. Rejects where the sandbox breaks meanwhile, and where the check
   * goes on behind its deadline, which is the end of the sandbox too, since nothing else ends the
   * check; one that does not even hear of the deadline is ended at once.
   *
   * @param signal tells the check that its time is over
   */
  run(
    command: string,
    args: readonly string[],
    context: RunContext,
    signal: AbortSignal,
  ): Promise<Answer>;
  /** Ends the realm; what runs in it is rejected. */
  close(): void;
}

/** A sandbox does not even hear that a deadline has passed: a check blocks its thread. */
export class DeafError extends Error {
  /** The command that most likely does it. */
  readonly command: string;

  /**
   * @param command the command that most likely blocks the sandbox
   */
  constructor(command: string) {
    super(`The sandbox is deaf: ${JSON.stringify(command)} blocks it`);
    this.name = "DeafError";
    this.command = command;
  }
}

/** Where to hear what checks log. */
export type SandboxLog = (command: string, message: string) => void;

/** How long a check may go on after its deadline before its sandbox is looked at. */
const strayMilliseconds = 1_000;

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

interface Run extends Waiting<Answer> {
  command: string;
  /** When it was started. */
  since: number;
}

/**
 * Makes a sandbox of a realm.
 *
 * @param open starts the realm
 * @param log where checks log
 * @returns the sandbox
 */
export function createSandbox(open: (events: ChannelEvents) => Channel, log: SandboxLog): Sandbox {
  const runs = new Map<number, Run>();
  const descriptions: Waiting<DescribedAgent>[] = [];
  const ready = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<string>();
  ready.promise.catch(() => {});
  let nextId = 1;
  let heard = 0;
  let heardUpTo = 1;
  let alive = true;
  let strayed = false;

  function fail(reason: string | Error): void {
    if (!alive) return;
    alive = false;
    channel.terminate();
    const error = reason instanceof Error ? reason : new Error(reason);
    ready.reject(error);
    for (const waiting of [...runs.values(), ...descriptions]) waiting.reject(error);
    runs.clear();
    broken.resolve(error.message);
  }

  function receive(data: FromSandbox): void {
    heard++;
    heardUpTo = nextId;
    if (typeof data !== "object" || data === null) return;
    if (data.type === "ready") ready.resolve();
    else if (data.type === "unfit") fail(textOf(data.reason));
    else if (data.type === "log") log(textOf(data.command), textOf(data.message));
    else if (data.type === "described") descriptions.shift()?.resolve(data.agent);
    else if (data.type === "done") settle(data);
  }

  function settle(data: FromSandbox & { type: "done" }): void {
    const waiting = runs.get(data.id);
    if (waiting === undefined) return;
    leave(data.id);
    const answer = readAnswer(data);
    if (answer === undefined) waiting.reject(new Error("The sandbox sent a malformed answer"));
    else waiting.resolve(answer);
  }

  function leave(id: number): void {
    runs.delete(id);
    if (strayed && runs.size === 0) fail("A check goes on behind its deadline");
  }

  // Whatever was asked before the last sign of life did not block then: it is the first to be asked
  // after it, or else the last of all.
  function culprit(): string {
    const ids = [...runs.keys()];
    const id = ids.find((id) => id >= heardUpTo) ?? ids.at(-1)!;
    return runs.get(id)!.command;
  }

  function abort(id: number): void {
    if (!alive || !runs.has(id)) return;
    const before = heard;
    post({ type: "abort", id });
    setTimeout(() => {
      const waiting = runs.get(id);
      if (waiting === undefined) return;
      if (heard === before) return fail(new DeafError(culprit()));
      waiting.reject(
        new Error(
          "The check heard that its time was over and goes on behind its deadline: its " +
            "sandbox is given up",
        ),
      );
      strayed = true;
      broken.resolve("A check goes on behind its deadline");
      leave(id);
    }, strayMilliseconds);
  }

  const channel = open({ message: receive, broken: fail });
  const post = (message: ToSandbox) => channel.post(message);

  return {
    ready: ready.promise,
    broken: broken.promise,
    get running() {
      return runs.size;
    },
    runningSince: (time) =>
      [...runs.values()].filter(({ since }) => since <= time).map(({ command }) => command),
    describe(host) {
      const waiting = Promise.withResolvers<DescribedAgent>();
      descriptions.push(waiting);
      if (alive) post({ type: "describe", host });
      else waiting.reject(new Error("The sandbox is closed"));
      return waiting.promise;
    },
    run(command, args, context, signal) {
      if (!alive) return Promise.reject(new Error("The sandbox is closed"));
      const id = nextId++;
      const waiting = Promise.withResolvers<Answer>();
      runs.set(id, { ...waiting, command, since: performance.now() });
      const onAbort = () => abort(id);
      signal.addEventListener("abort", onAbort, { once: true });
      post({ type: "run", id, command, args, context });
      return waiting.promise.finally(() => signal.removeEventListener("abort", onAbort));
    },
    close: () => fail("The sandbox was closed"),
  };
}

// `String()` of what only looks like an object would throw, in the daemon.
function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : "";
}
