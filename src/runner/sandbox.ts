import type { DescribedAgent, HostSettings } from "../agent/manifest.ts";
import { type Answer, MAX_TEXT, readAnswer } from "../check/answer.ts";
import type { Channel, ChannelEvents } from "./channel.ts";
import type { FromSandbox, RunContext, ToSandbox } from "./messages.ts";
import { isOptionsText, memoryStore, readNewState, type StateStore } from "./state_store.ts";

/** A realm with one permission set. */
export interface Sandbox {
  /** Settles when the code is loaded; rejects if the agent's module throws. */
  readonly ready: Promise<void>;
  /**
   * Resolves with a reason when the realm has failed or contains a check that continues after its
   * deadline. Do not start further runs in such a realm. It closes itself when the last run has
   * ended.
   */
  readonly broken: Promise<string>;
  /** Resolves when the realm is closed. */
  readonly ended: Promise<SandboxEnd>;
  /** The number of current runs. */
  readonly running: number;
  /** Returns the manifest and its diagnostics, with the host's settings merged in. */
  describe(host: HostSettings): Promise<DescribedAgent>;
  /**
   * Runs a command of the agent. Rejects if the sandbox fails meanwhile, or if the check continues
   * after its deadline: then the sandbox is closed too, since nothing else ends the check. If the
   * sandbox does not respond to the deadline, it is ended at once.
   *
   * @param signal notifies the check of its deadline
   */
  run(
    command: string,
    args: readonly string[],
    context: RunContext,
    signal: AbortSignal,
  ): Promise<Answer>;
  /**
   * Resolves when the thread of the realm has processed another message; rejects if the realm is
   * closed.
   */
  prove(): Promise<void>;
  /** Ends a realm that does not respond, and rejects all runs in it. */
  abandon(): void;
  /** Ends the realm and rejects all runs in it. */
  close(): void;
}

/** The ending of a sandbox. */
export interface SandboxEnd {
  /** All commands that ran in the sandbox. */
  commands: readonly string[];
  /** Whether the sandbox did not respond. The thread of an unresponsive worker is not ended. */
  unresponsive: boolean;
  /** Whether the realm ended by itself, for example by an error of the runtime. */
  crashed: boolean;
}

/** A sandbox does not respond to a deadline, since a check blocks its thread. */
export class UnresponsiveError extends Error {
  /** All commands that ran in the sandbox: one of them blocks it. */
  readonly commands: readonly string[];

  /** @param commands all commands that ran in the sandbox */
  constructor(commands: readonly string[]) {
    super(`The sandbox is unresponsive: one of ${JSON.stringify(commands)} blocks it`);
    this.name = "UnresponsiveError";
    this.commands = commands;
  }
}

/** Receives the messages that checks log. */
export type SandboxLog = (command: string, message: string) => void;

/**
 * How long the thread of a worker may take to prove that it is free before it is ended. Native code
 * that blocks a thread cannot be ended.
 */
const endMilliseconds = 10_000;

/** Time for which a check may continue after its deadline before its sandbox is examined. */
const strayMilliseconds = 1_000;

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

interface Run extends Waiting<Answer> {
  command: string;
  signal: AbortSignal;
  /** Whether the sandbox may still ask for the state of the run: it may ask once. */
  mayAsk: boolean;
}

/**
 * Makes a sandbox of a realm.
 *
 * @param open starts the realm
 * @param log receives the messages that checks log
 * @param places replaces the places of the bundle in messages, see {@linkcode sourcePlaces}
 * @param states stores the states of commands
 * @returns the sandbox
 */
export function createSandbox(
  open: (events: ChannelEvents) => Channel,
  log: SandboxLog,
  places: (text: string) => string = (text) => text,
  states: StateStore = memoryStore(),
): Sandbox {
  const runs = new Map<number, Run>();
  const commands = new Set<string>();
  const proofs: Waiting<void>[] = [];
  const descriptions: Waiting<DescribedAgent>[] = [];
  const ready = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<SandboxEnd>();
  ready.promise.catch(() => {});
  let nextId = 1;
  let received = 0;
  // The reason why the sandbox has ended.
  let failure: Error | undefined;
  let strayed = false;

  function fail(reason: string | Error, crashed = false): void {
    if (failure !== undefined) return;
    const error = reason instanceof Error ? reason : new Error(reason);
    failure = error;
    ready.reject(error);
    const waiting = [...runs.values(), ...descriptions, ...proofs.splice(0)];
    for (const { reject } of waiting) reject(error);
    runs.clear();
    broken.resolve(error.message);
    const unresponsive = error instanceof UnresponsiveError;
    if (unresponsive || crashed || !channel.hasThread) end(unresponsive, crashed);
    else proveAndEnd();
  }

  function end(unresponsive: boolean, crashed: boolean): void {
    channel.terminate();
    ended.resolve({ commands: [...commands], unresponsive, crashed });
  }

  // Without this proof, the number of threads that cannot be ended would be unknown.
  function proveAndEnd(): void {
    const timer = setTimeout(() => end(true, false), endMilliseconds);
    Deno.unrefTimer(timer);
    const free = () => {
      clearTimeout(timer);
      end(false, false);
    };
    proofs.push({ resolve: free, reject: free });
    post({ type: "prove" });
  }

  function receive(data: FromSandbox): void {
    received++;
    if (typeof data !== "object" || data === null) return;
    if (data.type === "ready") ready.resolve();
    else if (data.type === "unfit") fail(places(textOf(data.reason)));
    else if (data.type === "log") log(textOf(data.command), places(textOf(data.message)));
    else if (data.type === "described") descriptions.shift()?.resolve(data.agent);
    else if (data.type === "free") proofs.shift()?.resolve();
    else if (data.type === "state") sendState(data);
    else if (data.type === "done") settle(data);
  }

  // The command comes from the run, not from the message: a sandbox reaches only the states of the
  // commands that run in it.
  async function sendState({ id, options }: FromSandbox & { type: "state" }): Promise<void> {
    const run = runs.get(id);
    if (run === undefined || !run.mayAsk || !isOptionsText(options)) return;
    run.mayAsk = false;
    const json = await states.read(run.command, options);
    if (failure === undefined && runs.get(id) === run) post({ type: "state", id, json });
  }

  function settle(data: FromSandbox & { type: "done" }): void {
    const run = runs.get(data.id);
    if (run === undefined) return;
    leave(data.id);
    const answer = readAnswer(data);
    if (answer === undefined) return run.reject(new Error("The sandbox sent a malformed answer"));
    const state = run.signal.aborted ? undefined : readNewState(data.newState);
    // The state is replaced before the answer is sent, so that the next run receives the new one.
    if (state !== undefined) states.write(run.command, state.options, state.json);
    const { reason } = answer;
    run.resolve(reason === undefined ? answer : { ...answer, reason: places(reason) });
  }

  function leave(id: number): void {
    runs.delete(id);
    if (strayed && runs.size === 0) fail("A check continued after its deadline");
  }

  const abandon = () => fail(new UnresponsiveError([...commands]));

  function abort(id: number): void {
    if (failure !== undefined || !runs.has(id)) return;
    const before = received;
    post({ type: "abort", id });
    setTimeout(() => {
      const waiting = runs.get(id);
      if (waiting === undefined) return;
      if (received === before) return abandon();
      waiting.reject(
        new Error(
          "The check was notified of its deadline and continued: its sandbox is closed",
        ),
      );
      strayed = true;
      broken.resolve("A check continued after its deadline");
      leave(id);
    }, strayMilliseconds);
  }

  const channel = open({
    message: receive,
    broken(reason) {
      for (const { reject } of failure === undefined ? [] : proofs.splice(0)) reject(failure!);
      fail(reason, true);
    },
  });
  const post = (message: ToSandbox) => channel.post(message);

  return {
    ready: ready.promise,
    broken: broken.promise,
    ended: ended.promise,
    get running() {
      return runs.size;
    },
    describe(host) {
      const waiting = Promise.withResolvers<DescribedAgent>();
      descriptions.push(waiting);
      if (failure === undefined) post({ type: "describe", host });
      else waiting.reject(new Error(failure.message));
      return waiting.promise;
    },
    run(command, args, context, signal) {
      if (failure !== undefined) return Promise.reject(new Error(failure.message));
      const id = nextId++;
      const waiting = Promise.withResolvers<Answer>();
      const { resolve, reject } = waiting;
      const stored = states.has(command);
      runs.set(id, { resolve, reject, command, signal, mayAsk: stored });
      commands.add(command);
      const onAbort = () => abort(id);
      signal.addEventListener("abort", onAbort, { once: true });
      post({ type: "run", id, command, args, context, stored });
      return waiting.promise.finally(() => signal.removeEventListener("abort", onAbort));
    },
    prove() {
      if (failure !== undefined) return Promise.reject(new Error(failure.message));
      const proof = Promise.withResolvers<void>();
      proofs.push(proof);
      post({ type: "prove" });
      return proof.promise;
    },
    abandon,
    close: () => fail("The sandbox was closed"),
  };
}

// `String()` is not used, because a value from user code could make it throw in the daemon.
function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : "";
}
