/** A value of JSON. Properties that are undefined are omitted, as `JSON.stringify()` does. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };

/**
 * The state of a command: one value of JSON that a run passes to the next run. It survives the end of
 * the daemon. It belongs to the command and its parsed options: a command with other option values
 * has another state. It needs no permission.
 *
 * @example
 * ```ts
 * import { defineCheck, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const attempts = defineCheck({
 *   description: "Number of runs",
 *   run(_options, { state }) {
 *     const count = (state.get<number>() ?? 0) + 1;
 *     state.set(count);
 *     return `run ${count}`;
 *   },
 * });
 *
 * const first = await testCheck(attempts);
 * assertEquals(first, { state: "OK", text: "run 1", written: 1 });
 * const second = await testCheck(attempts, { state: first.written });
 * assertEquals(second.text, "run 2");
 * ```
 */
export interface CheckState {
  /**
   * Returns a copy of the value that an earlier run has set, or this run; undefined if
   * nothing is stored. The type is not checked: an earlier version of the check may have set another one.
   */
  get<T = JsonValue>(): T | undefined;
  /**
   * Sets the value. It is stored when the check has returned its result; a check that throws or
   * reaches its timeout stores nothing. `undefined` removes the stored value.
   *
   * @throws {TypeError} if JSON cannot contain the value
   * @throws {RangeError} if the value has more than 65,536 bytes of JSON
   */
  set(value: JsonValue | undefined): void;
}

/** The maximum size of a state, in bytes of JSON. */
export const MAX_STATE = 65_536;

/** Deeper values would end in a stack overflow, here or in another program that reads them. */
const maxDepth = 100;

/** The state of one run. */
export interface OpenedState {
  /** The state as the check sees it. */
  readonly state: CheckState;
  /**
   * Passes on the new value, if the check has set one. Later calls of `set()` have no effect.
   *
   * @param inspect throws if the JSON must not be stored
   */
  commit(inspect?: (json: string) => void): void;
}

/**
 * Opens the state of one run.
 *
 * @param json the stored value as JSON; null if nothing is stored
 * @param commit receives the new value as JSON; null to remove it
 * @returns the state, and a function that must be called when the check has returned a result
 */
export function openState(
  json: string | null,
  commit: (json: string | null) => void,
): OpenedState {
  let current = json;
  let isSet = false;
  return {
    state: {
      get: <T>() => current === null ? undefined : JSON.parse(current) as T,
      set(value) {
        current = value === undefined ? null : formatState(value);
        isSet = true;
      },
    },
    commit(inspect = () => {}) {
      if (!isSet) return;
      if (current !== null) inspect(current);
      commit(current);
    },
  };
}

/**
 * Formats a value as JSON. Unlike `JSON.stringify()`, it refuses values that would be read back as
 * another value.
 *
 * @param value the value, of any type
 * @returns the JSON
 * @throws {TypeError} if JSON cannot contain the value
 * @throws {RangeError} if the JSON is longer than {@linkcode MAX_STATE} bytes
 */
export function formatState(value: unknown): string {
  requireJson(value, "state", 0, { left: MAX_STATE });
  const json = JSON.stringify(value);
  requireSize(byteLength(json));
  return json;
}

/**
 * Returns whether a value from a sandbox or a file is JSON of a valid size. Its value is not used
 * outside the sandbox.
 *
 * @param value the value, of any type
 */
export function isStateJson(value: unknown): value is string {
  if (typeof value !== "string" || value.length > MAX_STATE || !value.isWellFormed()) return false;
  if (byteLength(value) > MAX_STATE) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function requireSize(bytes: number): void {
  if (bytes <= MAX_STATE) return;
  throw new RangeError(`Cannot store a state of ${bytes} bytes: expected at most ${MAX_STATE}`);
}

/** The number of bytes that the JSON of the remaining values may have. */
interface Budget {
  left: number;
}

// The budget bounds the time for a value that is too large: each part has at least one byte.
function requireJson(value: unknown, place: string, depth: number, budget: Budget): void {
  budget.left -= typeof value === "string" ? value.length : 1;
  if (budget.left < 0) {
    throw new RangeError(`Cannot store a state of more than ${MAX_STATE} bytes of JSON`);
  }
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (typeof value !== "object" || !isPlain(value)) throw notJson(value, place);
  if (depth === maxDepth) {
    throw new TypeError(`Cannot store a state with more than ${maxDepth} levels, or with a cycle`);
  }
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      requireJson(value[at], `${place}[${at}]`, depth + 1, budget);
    }
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    budget.left -= name.length;
    if (item !== undefined) requireJson(item, `${place}.${name}`, depth + 1, budget);
  }
}

// JSON would turn an instance of a class into a plain object, or into what its toJSON() returns.
function isPlain(value: object): boolean {
  const parent: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || parent === null || parent === Object.prototype;
}

function notJson(value: unknown, place: string): TypeError {
  return new TypeError(
    `Cannot store ${place.slice(0, 200)} of type ${typeOf(value)}: expected null, a boolean, ` +
      "a finite number, a string, an array or a plain object",
  );
}

function typeOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return typeof value;
  const { constructor } = value;
  return typeof constructor === "function" && typeof constructor.name === "string"
    ? constructor.name
    : "object";
}
