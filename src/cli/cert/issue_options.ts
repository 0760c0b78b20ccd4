import type { LineOption } from "../usage.ts";

/** The folder for new files. */
export const outOption = {
  value: "DIR",
  meaning: "the folder for the files; created if missing (default: the current folder)",
} as const satisfies LineOption;

/** Whether files may be replaced. */
export const forceOption = {
  meaning: "replace existing files",
} as const satisfies LineOption;

/** The CA that signs. */
export const caOption = {
  value: "FILE",
  meaning: "the CA: the file ca.pem or its folder (default: the current folder)",
} as const satisfies LineOption;

/** The key of the CA. */
export const caKeyOption = {
  value: "FILE",
  meaning: "the private key of the CA (default: the path of its certificate, with the ending .key)",
} as const satisfies LineOption;

/** A hundred years: a limit against typos. */
const MAX_DAYS = 36_500;

/** Returns the option for the lifetime of a certificate. */
export function daysOption(days: number) {
  return { value: "DAYS", meaning: `lifetime in days (default: ${days})` } as const;
}

/**
 * Parses the value of `--days`.
 *
 * @param text the value; undefined if the option is omitted
 * @param fallback the default
 * @returns the number of days
 * @throws {RangeError} if the value is invalid
 */
export function parseDays(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= MAX_DAYS) return days;
  throw new RangeError(
    `--days: Invalid value "${text}": expected a whole number from 1 to ${MAX_DAYS}`,
  );
}
