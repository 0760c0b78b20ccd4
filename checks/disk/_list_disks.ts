import { callWithin } from "../_late_calls.ts";
import { parsePattern } from "../_posix_pattern.ts";
import { parseDfList, runDf } from "./_df.ts";
import type { DiskResult } from "./_disk_result.ts";

/** The option values of `disk` that select file systems from the list of all. */
export interface DiskSelection {
  /** Paths; without them, all file systems are selected. */
  path?: readonly string[] | undefined;
  /** Whether all file systems are selected, also if there are paths. */
  all: boolean;
  /** Whether file systems that are not on this host are omitted. */
  local: boolean;
  /** Devices or mount points to omit. */
  excludeDevice: readonly string[];
  /** Types to omit. */
  excludeType: readonly string[];
  /** The only types; all if it is empty. */
  includeType: readonly string[];
  /** Patterns of which one must match the mount point or the device, if there are any. */
  eregPath: readonly string[];
  /** As `eregPath`, but upper and lower case are the same. */
  eregiPath: readonly string[];
  /** Patterns of which none may match. */
  ignoreEregPath: readonly string[];
  /** As `ignoreEregPath`, but upper and lower case are the same. */
  ignoreEregiPath: readonly string[];
}

/**
 * Returns whether file systems are selected from the list of all.
 *
 * @param selection the option values
 */
export function listsAll(
  { path = [], all, eregPath, eregiPath }: Pick<
    DiskSelection,
    "path" | "all" | "eregPath" | "eregiPath"
  >,
): boolean {
  return all || path.length === 0 || eregPath.length > 0 || eregiPath.length > 0;
}

/**
 * Lists the selected file systems of this host with `df`.
 *
 * @param selection the selection, and the time limit in seconds
 * @param signal the signal of the check
 * @param run runs `df`
 * @returns the file systems, and those that could not be read
 * @throws {SyntaxError} if a pattern is malformed
 */
export async function listDisks(
  selection: DiskSelection & { timeout: number },
  signal: AbortSignal,
  run: typeof runDf = runDf,
): Promise<DiskResult[]> {
  const { local, excludeType, includeType, timeout } = selection;
  // check_disk omits iso9660, too: these file systems are always full.
  const excluded = ["iso9660", ...excludeType].filter((type) => !includeType.includes(type));
  const args = [
    ...(local ? ["--local"] : []),
    ...excluded.map((type) => `--exclude-type=${type}`),
    ...includeType.filter((type) => !excludeType.includes(type)).map((type) => `--type=${type}`),
  ];
  const isSelected = selectorOf(selection);
  if (includeType.length > 0 && includeType.every((type) => excludeType.includes(type))) return [];
  const found = await callWithin(JSON.stringify(["df", args]), timeout, signal, () => run(args));
  if (found === undefined) {
    const problem = `did not answer within ${timeout} s: a network file system may hang, see -l`;
    return [{ path: "df", problem }];
  }
  return parseDfList(found)
    .filter(({ device, result }) => isSelected([device, result.path]))
    .map(({ result }) => result);
}

function selectorOf(selection: DiskSelection): (names: readonly string[]) => boolean {
  const { all, eregPath, eregiPath, ignoreEregPath, ignoreEregiPath } = selection;
  const patterns = (exact: readonly string[], ignoring: readonly string[]) => [
    ...exact.map((text) => parsePattern(text)),
    ...ignoring.map((text) => parsePattern(text, { ignoreCase: true })),
  ];
  const wanted = patterns(eregPath, eregiPath);
  const unwanted = patterns(ignoreEregPath, ignoreEregiPath);
  const matches = (regexes: RegExp[], names: readonly string[]) =>
    regexes.some((regex) => names.some((name) => regex.test(name)));
  return (names) =>
    (all || wanted.length === 0 || matches(wanted, names)) && !matches(unwanted, names) &&
    !names.some((name) => selection.excludeDevice.includes(name));
}
