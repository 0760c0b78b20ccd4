/**
 * Writes a number with a fixed count of decimals as C's `printf("%.2f")` does: a value exactly
 * between two texts takes the even digit. `toFixed()` takes the larger, so that half a load of 0.25
 * would read 0.13 here and 0.12 where the plugin of that name runs.
 *
 * @param value A finite number below 1e21
 * @param decimals How many digits follow the point, 0 to 20
 * @returns For example `0.12` for 0.125 and 2 decimals
 */
export function fixed(value: number, decimals: number): string {
  // No double that is not a tie looks like one 40 digits further on, for values of everyday size.
  const digits = Math.abs(value).toFixed(decimals + 40);
  const tie = /^50*$/.test(digits.slice(-40));
  if (!tie) return value.toFixed(decimals);
  const down = digits.slice(0, -40).replace(/\.$/, "");
  const even = Number(down.at(-1)) % 2 === 0;
  return even ? (value < 0 ? `-${down}` : down) : value.toFixed(decimals);
}
