import type { JsonValue } from "../check/check_state.ts";
import type { CheckContext } from "../check/define_check.ts";

/** Result of {@linkcode rate}: the rates, the time between the two samples, and a note. */
export interface Rates<Name extends string = string> {
  /** The rate of each counter per second; undefined for a counter that has no rate. */
  readonly perSecond: Readonly<Record<Name, number | undefined>>;
  /** The time between the two samples, in seconds; 0 if no counter has a rate. */
  readonly seconds: number;
  /**
   * Why counters have no rate, for the output of the check: `no rate yet` at the first run, or
   * `no rate for rx: the counter went back`. The empty string if each counter has a rate.
   */
  readonly note: string;
}

/** The property of the state that contains the last sample. */
const property = "rate";

/** The counters at one time, as they are stored. */
interface Sample {
  /** In milliseconds since 1970. */
  time: number;
  counters: Readonly<Record<string, number>>;
}

/** The states of the runs that have called the function. */
const used = new WeakSet<object>();

/**
 * Turns counters that only grow into rates per second. Stores the counters in `context.state`, and
 * compares them with those of the last run of the command with the same option values.
 *
 * - The first run has no rate: return `ok(note)`, the note is `no rate yet`.
 * - A counter that went back, for example after a reboot, has no rate in this run. A rate is never
 *   negative.
 * - The rate is computed with the real time between the two runs. If the clock went back in between,
 *   this run has no rate.
 * - Any run counts as the last one: two pollers of a command, or two concurrent runs, get rates of
 *   shorter intervals.
 *
 * The sample is the property `rate` of the state. Other properties of the state are kept, so a check
 * can use both: `state.set({ ...state.get<object>(), own: 1 })`. In a test, the fixture of an earlier
 * run is `{ rate: { time, counters } }` with a time in milliseconds since 1970.
 *
 * @param context the context of the check
 * @param counters the present values of all counters, by name
 * @param now the time at which they were read, in milliseconds since 1970
 * @returns the rates
 * @throws {TypeError} if a counter is not a finite number, the state of the check is not an object, or
 * the context has no state
 * @throws {Error} if it is called again in the same run: pass all counters in one call
 *
 * @example
 * ```ts
 * import { defineCheck, ok, rate, readProc, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const traffic = defineCheck({
 *   description: "Received bytes per second on eth0",
 *   permissions: { proc: ["net/dev"] },
 *   async run(_options, context) {
 *     const text = await readProc(context, "net/dev");
 *     const received = Number(/eth0:\s*(\d+)/.exec(text)?.[1]);
 *     const { perSecond, seconds, note } = rate(context, { received });
 *     if (perSecond.received === undefined) return ok(note);
 *     const value = Math.round(perSecond.received);
 *     return {
 *       output: `${value} B/s in the last ${Math.round(seconds / 60)} min`,
 *       perfdata: [{ label: "received", value, uom: "B" }],
 *     };
 *   },
 * });
 *
 * const at = (bytes: number) => ({ "/proc/net/dev": ` eth0: ${bytes} 0` });
 * const first = await testCheck(traffic, { read: at(5_000) });
 * assertEquals(first.text, "no rate yet");
 *
 * const state = { rate: { time: Date.now() - 600_000, counters: { received: 5_000 } } };
 * const second = await testCheck(traffic, { read: at(65_000), state });
 * assertEquals(second.text, "100 B/s in the last 10 min|received=100B");
 *
 * const reset = await testCheck(traffic, { read: at(700), state });
 * assertEquals(reset.text, "no rate for received: the counter went back");
 * ```
 */
export function rate<const Name extends string>(
  { state }: Pick<CheckContext, "state">,
  counters: Readonly<Record<Name, number>>,
  now: number = Date.now(),
): Rates<Name> {
  if (state === undefined) throw new TypeError("Cannot compute a rate: the context has no state");
  requireFirstCall(state);
  requireNumbers(counters);
  const stored = state.get<unknown>() ?? {};
  if (!isObject(stored)) {
    throw new TypeError("Cannot compute a rate: the state of the check is not an object");
  }
  const before = readSample(stored[property]);
  // A clock that stands still between two runs gives no rate: the next run compares with the first.
  if (before?.time !== now) {
    const next: Record<string, unknown> = { ...stored, [property]: { time: now, counters } };
    state.set(next as Record<string, JsonValue>);
  }
  return compare(before, counters, now);
}

function compare<Name extends string>(
  before: Sample | undefined,
  counters: Readonly<Record<Name, number>>,
  now: number,
): Rates<Name> {
  const names = Object.keys(counters) as Name[];
  const seconds = before === undefined ? 0 : (now - before.time) / 1000;
  const rates = new Map<Name, number | undefined>(names.map((name) => [name, undefined]));
  const result = (note: string, seconds: number): Rates<Name> => ({
    perSecond: Object.fromEntries(rates) as Record<Name, number | undefined>,
    seconds,
    note,
  });
  if (before === undefined) return result("no rate yet", 0);
  if (seconds < 0) return result("no rate yet: the clock went back", 0);
  if (seconds === 0) return result("no rate yet: no time has passed since the last run", 0);

  const known = names.filter((name) => Object.hasOwn(before.counters, name));
  const back = known.filter((name) => counters[name] < before.counters[name]!);
  for (const name of known) {
    if (!back.includes(name)) rates.set(name, (counters[name] - before.counters[name]!) / seconds);
  }
  const added = names.filter((name) => !known.includes(name));
  const notes = [
    ...(added.length > 0 ? [`no rate yet for ${added.join(", ")}`] : []),
    ...(back.length > 0
      ? [`no rate for ${back.join(", ")}: the counter${back.length > 1 ? "s" : ""} went back`]
      : []),
  ];
  return result(notes.join("; "), back.length + added.length < names.length ? seconds : 0);
}

// A second call would compare with the sample of the first, which is only microseconds old.
function requireFirstCall(state: object): void {
  if (used.has(state)) {
    throw new Error("Cannot compute a second rate in one run: pass all counters in one call");
  }
  used.add(state);
}

function requireNumbers(counters: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(counters)) {
    if (typeof value === "number" && Number.isFinite(value)) continue;
    throw new TypeError(
      `Invalid counter "${name}": expected a finite number, not ${String(value)}`,
    );
  }
}

// Another version of the check may have stored the sample.
function readSample(value: unknown): Sample | undefined {
  if (!isObject(value) || typeof value.time !== "number" || !isObject(value.counters)) return;
  const counters = Object.entries(value.counters)
    .filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return { time: value.time, counters: Object.fromEntries(counters) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
