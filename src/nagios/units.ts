import { formatNumber } from "./number.ts";
import { quoteText } from "./text.ts";

const SIGNED = /^([+-]?)(\S.*)$/;
const PLAIN = /^(?:\d+(?:\.\d*)?|\.\d+)$/;
const DURATION_PART = /[ \t]*(\d+(?:\.\d*)?|\.\d+)[ \t]*(ms|us|[ywdhms])/y;

/**
 * Units of time in seconds, longest first. A power of ten is appended to the digits and not
 * multiplied, so that 100ms is exactly the number 0.1.
 */
const DURATION_UNITS = new Map<string, { seconds: number; power: string }>([
  ["y", { seconds: 365 * 86400, power: "" }],
  ["w", { seconds: 7 * 86400, power: "" }],
  ["d", { seconds: 86400, power: "" }],
  ["h", { seconds: 3600, power: "" }],
  ["m", { seconds: 60, power: "" }],
  ["s", { seconds: 1, power: "" }],
  ["ms", { seconds: 1, power: "e-3" }],
  ["us", { seconds: 1, power: "e-6" }],
]);
const DURATION_ORDER = [...DURATION_UNITS.keys()];

/** A double keeps this many digits exactly. The others are rounding errors of the multiplication. */
const SAFE_DIGITS = 15;

/**
 * Reads a duration such as `1h30m`: numbers with the units y (365 days), w, d, h, m, s, ms and us,
 * longer units first. A number without a unit is in seconds.
 *
 * @param text for example `5m`, `1h30m`, `1.5h`, `500ms`, `-1h` or `90`
 * @returns the duration in seconds
 * @throws {SyntaxError} if the text is not a duration
 *
 * @example
 * ```ts
 * import { parseDuration } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseDuration("1h30m"), 5400);
 * assertEquals(parseDuration("500ms"), 0.5);
 * ```
 */
export function parseDuration(text: string): number {
  const [, sign = "", body = ""] = SIGNED.exec(text) ?? [];
  let seconds = 0;
  if (PLAIN.test(body)) {
    seconds = Number(body);
  } else {
    let unit = -1;
    let at = 0;
    while (at < body.length || unit < 0) {
      DURATION_PART.lastIndex = at;
      const [, digits = "", name = ""] = DURATION_PART.exec(body) ?? [];
      const place = DURATION_ORDER.indexOf(name);
      if (place <= unit) {
        throw new SyntaxError(
          `Cannot parse duration ${quoteText(text)}: expected a form such as "1h30m"`,
        );
      }
      const { seconds: factor, power } = DURATION_UNITS.get(name)!;
      seconds += Number(digits + power) * factor;
      unit = place;
      at = DURATION_PART.lastIndex;
    }
    seconds = Number(seconds.toPrecision(SAFE_DIGITS));
  }
  if (seconds === Infinity) {
    throw new SyntaxError(
      `Cannot parse duration ${quoteText(text)}: it is too long, expected less than 1.8e308 s`,
    );
  }
  return sign === "-" && seconds !== 0 ? -seconds : seconds;
}

/**
 * Writes a duration in a short form such as `1h30m`. It is rounded to milliseconds, or to
 * microseconds if it is shorter than a second. {@linkcode parseDuration} reads it back.
 *
 * @param seconds the duration in seconds
 * @returns for example `2d3h`, `1h30m`, `1.5s`, `20ms` or `0s`
 * @throws {RangeError} if the duration is NaN or infinite
 *
 * @example
 * ```ts
 * import { formatDuration } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatDuration(5400), "1h30m");
 * assertEquals(formatDuration(0.02), "20ms");
 * ```
 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) {
    throw new RangeError(`Cannot format duration ${seconds}: expected a finite number of seconds`);
  }
  const sign = seconds < 0 ? "-" : "";
  const size = Math.abs(seconds);
  const microseconds = Math.round(size * 1e6);
  if (microseconds === 0) return "0s";
  if (microseconds < 1e6) return `${sign}${formatNumber(microseconds / 1e3)}ms`;
  const milliseconds = Math.round(size * 1e3);
  let rest = Math.floor(milliseconds / 1e3);
  let text = sign;
  for (const [name, length] of [["d", 86400], ["h", 3600], ["m", 60]] as const) {
    if (rest >= length) text += `${formatNumber(Math.floor(rest / length))}${name}`;
    rest %= length;
  }
  const tail = (rest * 1e3 + milliseconds % 1e3) / 1e3;
  return tail > 0 ? `${text}${formatNumber(tail)}s` : text;
}

const BYTES = /^(\d+(?:\.\d*)?|\.\d+)[ \t]*(?:([kmgtpe])(i?))?b?$/i;
const PREFIXES = "kmgtpe";

/**
 * Reads a size in bytes such as `512MiB`: a number with a decimal unit (`kB`, `MB`, … `EB`: powers of
 * 1000) or a binary unit (`KiB`, `MiB`, … `EiB`: powers of 1024). Upper and lower case are equal, and
 * the B may be omitted.
 *
 * @param text for example `10GB`, `512MiB`, `1.5G`, `80 GB` or `1024`
 * @returns the size in bytes
 * @throws {SyntaxError} if the text is not a size
 *
 * @example
 * ```ts
 * import { parseBytes } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseBytes("512MiB"), 536_870_912);
 * assertEquals(parseBytes("10GB"), 10_000_000_000);
 * ```
 */
export function parseBytes(text: string): number {
  const match = BYTES.exec(text);
  if (!match) {
    throw new SyntaxError(`Cannot parse size ${quoteText(text)}: expected a form such as "512MiB"`);
  }
  const [, digits = "", prefix = "", binary = ""] = match;
  const power = prefix === "" ? 0 : PREFIXES.indexOf(prefix.toLowerCase()) + 1;
  const bytes = binary === "" ? Number(`${digits}e${3 * power}`) : Number(digits) * 1024 ** power;
  if (bytes === Infinity) {
    throw new SyntaxError(
      `Cannot parse size ${quoteText(text)}: it is too large, expected less than 1.8e308 bytes`,
    );
  }
  return bytes;
}

/**
 * Reads a percentage such as `20%`. The `%` may be omitted.
 *
 * @param text for example `20%`, `99.5 %` or `20`
 * @returns the percentage, from 0 to 100
 * @throws {SyntaxError} if the text is not a percentage, or is above 100
 *
 * @example
 * ```ts
 * import { parsePercent } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parsePercent("99.5%"), 99.5);
 * ```
 */
export function parsePercent(text: string): number {
  const digits = text.replace(/[ \t]?%$/, "");
  const percent = PLAIN.test(digits) ? Number(digits) : NaN;
  if (!(percent <= 100)) {
    throw new SyntaxError(`Cannot parse percentage ${quoteText(text)}: expected 0% to 100%`);
  }
  return percent;
}
