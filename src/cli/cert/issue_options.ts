import type { LineOption } from "../usage.ts";

/** Where files are made. */
export const outOption = {
  value: "DIR",
  meaning: "the folder for the files, made where there is none; this one where left out",
} as const satisfies LineOption;

/** Whether files may be replaced. */
export const forceOption = {
  meaning: "replace files that are there",
} as const satisfies LineOption;

/** Who signs. */
export const caOption = {
  value: "FILE",
  meaning: "the CA: ca.pem, or the folder that holds it; this folder where left out",
} as const satisfies LineOption;

/** Its key. */
export const caKeyOption = {
  value: "FILE",
  meaning:
    "the CA's private key; beside the CA's certificate, with the ending .key, where left out",
} as const satisfies LineOption;

/** Twice as long as anything needs: a bound against slips of the finger. */
const MAX_DAYS = 36_500;

/** How long a certificate holds. */
export function daysOption(days: number) {
  return { value: "DAYS", meaning: `how long it holds; ${days} where left out` } as const;
}

/**
 * Parses a number of days.
 *
 * @param text the number
 * @param fallback what holds where none is given
 * @returns the days
 * @throws {RangeError} if it is none
 */
export function parseDays(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= MAX_DAYS) return days;
  throw new RangeError(`Cannot hold for "${text}" days: expected a whole number, 1 to ${MAX_DAYS}`);
}
