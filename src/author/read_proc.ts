import type { CheckContext } from "../check/define_check.ts";

/**
 * Reads a file of procfs as text. Needs `proc` permission for the file. `/proc` itself cannot be
 * read in a sandbox; `context.procfs` is where it is bound.
 *
 * @param context the context of the check; its signal ends the read
 * @param file path below procfs, such as `stat` or `net/tcp`
 * @returns the text
 * @throws {TypeError} if the path leads out of procfs
 * @throws {Deno.errors.NotFound} if there is no such file
 * @throws {Deno.errors.NotCapable} without permission
 *
 * @example
 * ```ts
 * import { defineCheck, readProc, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const entropy = defineCheck({
 *   description: "Entropy in bits",
 *   permissions: { proc: ["sys/kernel/random/entropy_avail"] },
 *   async run(_options, context) {
 *     const value = Number(await readProc(context, "sys/kernel/random/entropy_avail"));
 *     return { output: `${value} bits`, perfdata: [{ label: "entropy", value }] };
 *   },
 * });
 *
 * const read = { "/proc/sys/kernel/random/entropy_avail": "256\n" };
 * assertEquals((await testCheck(entropy, { read })).text, "256 bits|entropy=256");
 * ```
 */
export async function readProc(
  { procfs, signal }: Pick<CheckContext, "procfs" | "signal">,
  file: string,
): Promise<string> {
  if (file.split("/").some((part) => part === "" || part === "." || part === "..")) {
    throw new TypeError(`Cannot read "${file}": expected a path below procfs, such as "net/tcp"`);
  }
  return await Deno.readTextFile(`${procfs}/${file}`, { signal });
}
