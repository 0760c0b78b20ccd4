import type { CheckContext } from "../check/define_check.ts";

/**
 * Reads a file of `/proc` as text. Needs `proc` permission for the file. A sandbox cannot read
 * `/proc` itself, so the file is read below `context.procfs`, where `/proc` is bound.
 *
 * @param context the context of the check; its signal aborts the read
 * @param file path below `/proc`, such as `stat` or `net/tcp`
 * @returns the content of the file
 * @throws {TypeError} if the path is absolute or contains `.` or `..`
 * @throws {Deno.errors.NotFound} if the file does not exist
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
