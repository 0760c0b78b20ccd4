import type { Diagnostic } from "../diagnostic.ts";

/**
 * Makes a function that sorts diagnostics by file and line. Diagnostics of the agent come last.
 *
 * @param files the host's files, in their order
 * @returns a function that compares two diagnostics
 */
export function asWritten(
  files: readonly string[],
): (one: Diagnostic, other: Diagnostic) => number {
  const where = ({ source, place }: Diagnostic) => {
    const [, file, line] = /^(.*):(\d+)$/.exec(source ?? place) ?? [];
    const index = files.indexOf(file ?? place);
    return [index < 0 ? files.length : index, Number(line ?? 0)] as const;
  };
  return (one, other) => {
    const [[file, line], [otherFile, otherLine]] = [where(one), where(other)];
    return file - otherFile || line - otherLine;
  };
}
