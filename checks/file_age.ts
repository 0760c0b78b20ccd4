import {
  type Check,
  type CheckResult,
  defineCheck,
  evaluate,
  type Option,
  option,
  type OptionValues,
  type Perfdata,
  type Range,
  type RangeInput,
  type State,
  worst,
} from "../src/mod.ts";
import { thresholds } from "./_thresholds.ts";

/** What was read of a file. */
export interface FileReading {
  /** When it was modified. */
  modified: Date;
  /** Its size in bytes. */
  size: number;
}

/** What is judged of a file. */
export type FileQuestion = OptionValues<FileAgeOptions>;

/** The options of {@linkcode fileAge}; letters are those of `check_file_age`. */
export type FileAgeOptions = {
  /** The path. */
  readonly file: Option<string, string, "required">;
  /** Thresholds of the age in seconds. */
  readonly warning: Option<Range, RangeInput, "default">;
  /** Thresholds of the age in seconds. */
  readonly critical: Option<Range, RangeInput, "default">;
  /** The least size in bytes. */
  readonly warningSize: Option<number, number | string, "default">;
  /** The least size in bytes. */
  readonly criticalSize: Option<number, number | string, "default">;
  /** Whether a file that is not there is fine. */
  readonly ignoreMissing: Option<boolean, boolean, "default">;
};

/**
 * Watches that a file was modified not long ago and is not too small, as `check_file_age` does.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { fileAge } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: {
 *     check_backup: fileAge({
 *       file: "/var/backups/db.dump",
 *       warning: 90000,
 *       critical: 180000,
 *       criticalSize: "1MB",
 *     }),
 *   },
 * });
 * ```
 */
export const fileAge: Check<FileAgeOptions> = defineCheck<FileAgeOptions>({
  description: "Age and size of a file",
  options: {
    file: option.text({
      short: "f",
      description: "Absolute path of the file, folder or link",
      required: true,
      pattern: /\/.*/,
      maxLength: 4096,
    }),
    warning: option.range({
      short: "w",
      description: "Warn where its age in seconds is outside this range",
      default: 240,
    }),
    critical: option.range({
      short: "c",
      description: "Critical where its age in seconds is outside this range",
      default: 600,
    }),
    warningSize: option.bytes({
      short: "W",
      description: "Warn where it is smaller, in bytes",
      default: 0,
    }),
    criticalSize: option.bytes({
      short: "C",
      description: "Critical where it is smaller, in bytes",
      default: 0,
    }),
    ignoreMissing: option.flag({ short: "i", description: "A file that is not there is fine" }),
  },
  permissions: ({ file }) => ({ read: [file] }),
  async run(options) {
    return presentFile(await readFile(options.file), options, new Date());
  },
});

/**
 * Says what was found of a file, in the words of `check_file_age`.
 *
 * @param reading What was read; undefined where there is no such file
 * @param question What is judged
 * @param now The time it is
 * @returns The result
 */
export function presentFile(
  reading: FileReading | undefined,
  question: FileQuestion,
  now: Date,
): CheckResult {
  const { file, ignoreMissing } = question;
  if (reading === undefined) {
    if (!ignoreMissing) {
      return { state: "CRITICAL", output: `FILE_AGE CRITICAL: File not found - ${file}` };
    }
    const output = `FILE_AGE OK: ${file} doesn't exist, but ignore-missing was set`;
    return { state: "OK", output };
  }
  const { size } = reading;
  const age = inSeconds(now) - inSeconds(reading.modified);
  const { warning, critical, warningSize, criticalSize } = question;
  const perfdata: Perfdata[] = [
    { label: "age", value: age, uom: "s", warning, critical },
    { label: "size", value: size, uom: "B", ...thresholds(warningSize, criticalSize), min: 0 },
  ];
  const state = worst(
    // A clock that is a little ahead makes no file too old: a bare number is an upper bound alone.
    evaluate({ label: "age", value: age, warning: upTo(warning), critical: upTo(critical) }),
    judgeSize(size, warningSize, criticalSize),
  );
  const output = `FILE_AGE ${state}: ${file} is ${age} seconds old and ${size} bytes`;
  return { state, output, perfdata };
}

async function readFile(path: string): Promise<FileReading | undefined> {
  try {
    const { mtime, size } = await Deno.stat(path);
    return { modified: mtime ?? new Date(0), size };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

function upTo(range: Range): Range {
  return range.start === 0 && !range.inside ? { ...range, start: -Infinity } : range;
}

function judgeSize(size: number, warningSize: number, criticalSize: number): State {
  return size < criticalSize ? "CRITICAL" : size < warningSize ? "WARNING" : "OK";
}

function inSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
