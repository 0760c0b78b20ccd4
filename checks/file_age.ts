import {
  type Check,
  type CheckResult,
  defineCheck,
  judge,
  type Option,
  option,
  type OptionValues,
  type Perfdata,
  type Range,
  type RangeInput,
  unknown,
} from "../src/mod.ts";
import { callWithin } from "./_late_calls.ts";
import { thresholds } from "./_thresholds.ts";

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
  /** The warning threshold for the size in bytes; a plain number is the minimum. */
  readonly warningSize: Option<Range, RangeInput, "optional">;
  /** The critical threshold for the size in bytes; a plain number is the minimum. */
  readonly criticalSize: Option<Range, RangeInput, "optional">;
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
 *       warning: "25h",
 *       critical: "50h",
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
    ...option.thresholds("the age", { kind: "durationRange", warning: 240, critical: 600 }),
    warningSize: option.bytesRange({
      short: "W",
      description: "Warn if the file is smaller than this size, or outside a range such as 1kB:1MB",
      lessIsWorse: true,
    }),
    criticalSize: option.bytesRange({
      short: "C",
      description:
        "Critical if the file is smaller than this size, or outside a range such as 1kB:1MB",
      lessIsWorse: true,
    }),
    ignoreMissing: option.flag({ short: "i", description: "Return OK if the file is missing" }),
    timeout: option.duration({ short: "t", description: "Time limit in seconds", default: 5 }),
  },
  permissions: ({ file }) => ({ read: [file] }),
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
    {
      label: "size",
      value: size,
      uom: "B",
      ...thresholds(shown(warningSize), shown(criticalSize)),
      min: 0,
    },
  ];
  const { state } = judge([
    // The time of a file may be later than the current time. Its age is negative then. A plain
    // number is therefore an upper bound only.
    { label: "age", value: age, warning: upTo(warning), critical: upTo(critical) },
    { label: "size", value: size, warning: atLeast(warningSize), critical: atLeast(criticalSize) },
  ]);
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

/** Returns the plain number of a threshold for the size; undefined for another range. */
function plainSize(range: Range): number | undefined {
  return range.inside && range.start === -Infinity ? range.end : undefined;
}

// As in the plugin, a plain number is a minimum: a file of exactly this size is large enough.
function atLeast(range: Range | undefined): Range | undefined {
  const start = range && plainSize(range);
  return start === undefined ? range : { start, end: Infinity, inside: false };
}

// The plugin prints a plain number as it is, and 0 without a threshold.
function shown(range: Range | undefined): Range | number {
  return range === undefined ? 0 : plainSize(range) ?? range;
}

function inSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
