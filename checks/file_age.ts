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
  unknown,
  worst,
} from "../src/mod.ts";
import { callWithin } from "./_late_calls.ts";
import { inspectOrder, neverWarns, thresholds } from "./_thresholds.ts";

/** Properties of a file. */
export interface FileReading {
  /** The time of the last modification. */
  modified: Date;
  /** The size of the file in bytes. */
  size: number;
}

/** The file and its thresholds. */
export type FileQuestion = OptionValues<FileAgeOptions>;

/** The options of {@linkcode fileAge}; the letters are the same as in `check_file_age`. */
export type FileAgeOptions = {
  /** The absolute path. */
  readonly file: Option<string, string, "required">;
  /** The warning threshold for the age in seconds. */
  readonly warning: Option<Range, RangeInput, "default">;
  /** The critical threshold for the age in seconds. */
  readonly critical: Option<Range, RangeInput, "default">;
  /** WARNING below this size in bytes. */
  readonly warningSize: Option<number, number | string, "default">;
  /** CRITICAL below this size in bytes. */
  readonly criticalSize: Option<number, number | string, "default">;
  /** Whether a missing file is OK. */
  readonly ignoreMissing: Option<boolean, boolean, "default">;
  /** The time limit in seconds. */
  readonly timeout: Option<number, number | string, "default">;
};

/**
 * Checks the age and the size of a file, like `check_file_age` of monitoring-plugins.
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
      expected: "an absolute path",
      maxLength: 4096,
    }),
    warning: option.range({
      short: "w",
      description: "Warn if the age in seconds is outside this range",
      default: 240,
    }),
    critical: option.range({
      short: "c",
      description: "Critical if the age in seconds is outside this range",
      default: 600,
    }),
    warningSize: option.bytes({
      short: "W",
      description: "Warn if the file is smaller than this size in bytes",
      default: 0,
    }),
    criticalSize: option.bytes({
      short: "C",
      description: "Critical if the file is smaller than this size in bytes",
      default: 0,
    }),
    ignoreMissing: option.flag({ short: "i", description: "Return OK if the file is missing" }),
    timeout: option.duration({ short: "t", description: "Time limit in seconds", default: 5 }),
  },
  permissions: ({ file }) => ({ read: [file] }),
  inspect: ({ warning, critical, warningSize, criticalSize }) => [
    ...inspectOrder(warning, critical),
    ...(warningSize > 0 && warningSize < criticalSize ? [`Size: ${neverWarns}`] : []),
  ],
  async run(options, { signal }) {
    const { file, timeout } = options;
    const key = JSON.stringify(["stat", file]);
    const found = await callWithin(key, timeout, signal, () => readFile(file));
    if (found === undefined) {
      return unknown(`FILE_AGE UNKNOWN: ${file} did not answer within ${timeout} s`);
    }
    return presentFile(found.reading, options, new Date());
  },
});

/**
 * Compares a file with its thresholds and formats the result like `check_file_age`.
 *
 * @param reading the properties of the file; undefined if it is missing
 * @param question the file and its thresholds
 * @param now the current time
 * @returns the result
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
    // The time of a file may be later than the current time. Its age is negative then. A plain
    // number is therefore an upper bound only.
    evaluate({ label: "age", value: age, warning: upTo(warning), critical: upTo(critical) }),
    judgeSize(size, warningSize, criticalSize),
  );
  const output = `FILE_AGE ${state}: ${file} is ${age} seconds old and ${size} bytes`;
  return { state, output, perfdata };
}

async function readFile(path: string): Promise<{ reading: FileReading | undefined }> {
  try {
    const { mtime, size } = await Deno.stat(path);
    return { reading: { modified: mtime ?? new Date(0), size } };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { reading: undefined };
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
