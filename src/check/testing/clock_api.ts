/** The functions that return the current time, for a check whose clock stands. */
import type { Substitute, Substitutes, World } from "./world.ts";

/** Makes the substitute for a function that depends on the time, unless it has arguments. */
function standing(at: (now: number, args: readonly unknown[]) => unknown): Substitute {
  return ({ now }: World, real, args) => now === undefined ? real(...args) : at(now, args);
}

/** `Date` itself: without arguments, `new Date()` is the current time, and `Date()` its text. */
const date: Substitute = ({ now }, real, args) => {
  if (now === undefined || args.length > 0) return real(...args);
  const result = real(now);
  return typeof result === "string" ? String(new Date(now)) : result;
};

/** The global class `Date`. */
export const clockApi: Substitutes = { Date: date };

/** The functions of `Date`. */
export const dateApi: Substitutes = { now: standing((now) => now) };

type ZonedDateTime = Record<"toPlainDateTime" | "toPlainDate" | "toPlainTime", () => unknown>;

/** `Temporal`; not every version of the runtime has it. */
const temporal = Reflect.get(globalThis, "Temporal") as {
  Now: { timeZoneId(): string };
  Instant: {
    fromEpochMilliseconds(time: number): { toZonedDateTimeISO(zone: unknown): ZonedDateTime };
  };
} | undefined;

const instant = (now: number) => temporal!.Instant.fromEpochMilliseconds(now);

function zoned(convert: (time: ZonedDateTime) => unknown): Substitute {
  return standing((now, [zone = temporal!.Now.timeZoneId()]) =>
    convert(instant(now).toZonedDateTimeISO(zone))
  );
}

/** The object `Temporal.Now`; empty without `Temporal`. */
export const temporalNow: object = temporal?.Now ?? {};

/** The functions of `Temporal.Now`. */
export const temporalApi: Substitutes = {
  instant: standing(instant),
  zonedDateTimeISO: zoned((time) => time),
  plainDateTimeISO: zoned((time) => time.toPlainDateTime()),
  plainDateISO: zoned((time) => time.toPlainDate()),
  plainTimeISO: zoned((time) => time.toPlainTime()),
};
