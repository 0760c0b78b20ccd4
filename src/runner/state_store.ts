import { isStateJson, openState } from "../check/check_state.ts";
import type { OpenState } from "../check/execute.ts";

/** Stores the states of commands, each under its command and its canonical options. */
export interface StateStore {
  /**
   * Returns whether a state of a command may be stored. If not, its runs need not wait for
   * {@linkcode StateStore.read}.
   */
  has(command: string): boolean;
  /** Returns a state as JSON; null if it is missing. It never rejects. */
  read(command: string, options: string): Promise<string | null>;
  /** Replaces a state. Later calls of `read` return the new one. Null removes it. */
  write(command: string, options: string, json: string | null): void;
}

/**
 * The maximum number of states of one command. Arguments from the wire are a part of the key, so
 * that a client could cause any number of them.
 */
export const MAX_STATES = 256;

/** The longest text of canonical options, in characters: several times the longest query. */
const maxOptions = 524_288;

/** A state that a run in a sandbox has set. */
export interface NewState {
  /** The canonical options of the run. */
  options: string;
  /** The new value as JSON; null to remove the stored one. */
  json: string | null;
}

/** Returns whether a value from a sandbox can be the text of canonical options. */
export function isOptionsText(value: unknown): value is string {
  return typeof value === "string" && value.length <= maxOptions;
}

/**
 * Reads a new state that comes from a sandbox.
 *
 * @param value the new state, of any shape
 * @returns its known properties; undefined if one of them is invalid or too large
 */
export function readNewState(value: unknown): NewState | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { options, json } = value as Partial<NewState>;
  if (!isOptionsText(options)) return undefined;
  return json === null || isStateJson(json) ? { options, json } : undefined;
}

/**
 * Stores states in memory. They end with the process.
 *
 * @returns the empty store
 */
export function memoryStore(): StateStore {
  const commands = new Map<string, Map<string, string>>();
  return {
    has: (command) => commands.has(command),
    read(command, options) {
      const states = commands.get(command);
      const json = states?.get(options);
      if (states === undefined || json === undefined) return Promise.resolve(null);
      // The least recently used state comes first.
      states.delete(options);
      states.set(options, json);
      return Promise.resolve(json);
    },
    write(command, options, json) {
      const states = commands.get(command) ?? new Map<string, string>();
      states.delete(options);
      if (json !== null) states.set(options, json);
      if (states.size > MAX_STATES) states.delete(states.keys().next().value!);
      if (states.size === 0) commands.delete(command);
      else commands.set(command, states);
    },
  };
}

/**
 * Returns a function that opens the state of a run in this realm.
 *
 * @param store the states
 * @param command the command that runs
 * @param signal if it is aborted, the run stores nothing
 * @returns the function for `executeCheck()`
 */
export function storedState(store: StateStore, command: string, signal: AbortSignal): OpenState {
  return (options) => {
    const open = (json: string | null) =>
      openState(json, (next) => signal.aborted || store.write(command, options(), next));
    return store.has(command) ? store.read(command, options()).then(open) : open(null);
  };
}
