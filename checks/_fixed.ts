/**
 * Formats a number with a fixed number of decimals like `printf("%.2f")` of C. C rounds a tie to
 * the even digit; `toFixed()` rounds it up. With `toFixed()`, a load of 0.25 on two CPUs would be
 * 0.13 per CPU, and 0.12 in the output of the plugin.
 *
 * @param value a finite number below 1e21
 * @param decimals the number of decimals, 0 to 20
 * @returns for example `0.12` for 0.125 and 2 decimals
 */
export function fixed(value: number, decimals: number): string {
  // A tie has a 5 and then only zeros after the last decimal. For values of everyday size, 40 digits
  // are enough to distinguish it from all other values.
  const digits = Math.abs(value).toFixed(decimals + 40);
  const tie = /^50*$/.test(digits.slice(-40));
  if (!tie) return value.toFixed(decimals);
  const down = digits.slice(0, -40).replace(/\.$/, "");
  const even = Number(down.at(-1)) % 2 === 0;
  return even ? (value < 0 ? `-${down}` : down) : value.toFixed(decimals);
}
