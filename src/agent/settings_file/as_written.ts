import type { Diagnostic } from "../diagnostic.ts";

/**
 * Puts diagnostics in the order of the files: line by line, file by file. What is of the agent comes
 * last.
 *
 * @param files the host's files, in their order
 * @returns compares two
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
