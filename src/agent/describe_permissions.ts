import type { CheckCommand, InspectedCommand } from "../check/define_check.ts";
import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import { isSpecial } from "../check/grants.ts";
import { absolutePath, liesIn } from "../check/path.ts";
import { whyBroad } from "./broad.ts";
import type { Report } from "./diagnostic.ts";
import { envEntry, netEntry, pathEntry, sysEntry } from "./permission_entries.ts";
import { fields, listOf, type Reader, show } from "./read.ts";

/** Reads the permissions of a check. */
export const permissionLists: Reader<Permissions> = fields<Permissions>({
  read: listOf(pathEntry),
  write: listOf(pathEntry),
  net: listOf(netEntry),
  env: listOf(envEntry),
  sys: listOf(sysEntry),
  run: listOf(pathEntry),
  proc: listOf((value, report) => {
    if (
      typeof value === "string" && /^[^/,*\p{Cc}][^,*\p{Cc}]*$/u.test(value) &&
      !value.split("/").includes("..")
    ) return value;
    report.error(`Invalid value ${show(value)}: expected a path below /proc such as "net/tcp"`);
  }),
});

/**
 * Reads the permissions that a check declares, and warns of entries that are very broad.
 *
 * @param declared the declaration, or a function that returns it
 * @param values the option values, for the function
 * @param command the settings of the command, for the function
 * @param report receives errors and warnings
 * @returns the permissions, each list sorted and without duplicates
 */
export function describePermissions(
  declared: CheckCommand["definition"]["permissions"],
  values: Record<string, unknown>,
  command: InspectedCommand,
  report: Report,
): Permissions {
  try {
    const plain = typeof declared === "function"
      ? declared(values as never, command)
      : declared ?? {};
    const read = permissionLists(plain, report) ?? {};
    for (const name of permissionNames) {
      for (const entry of read[name] ?? []) {
        const why = whyBroad(name, entry);
        if (why !== undefined) report.at(name).warning(`${JSON.stringify(entry)} ${why}`);
      }
    }
    for (const name of ["read", "write"] as const) {
      const entry = read[name]?.find((path) => isSpecial(absolutePath(path)));
      if (entry === undefined) continue;
      report.at(name).error(
        `Cannot grant ${JSON.stringify(entry)}: the runtime refuses paths below /proc, /sys and ` +
          "/dev; declare files below /proc as permissions.proc",
      );
    }
    warnOfSockets(read, report.at("net"));
    return Object.fromEntries(
      permissionNames.flatMap((name) =>
        read[name]?.length ? [[name, [...new Set(read[name])].sort()]] : []
      ),
    );
  } catch (error) {
    report.error(`Cannot evaluate permissions: ${show((error as Error)?.message ?? error)}`);
    return {};
  }
}

// The runtime requests all three permissions for a connection to a Unix socket.
function warnOfSockets({ net = [], read = [], write = [] }: Permissions, report: Report): void {
  for (const entry of net) {
    if (!entry.startsWith("unix:")) continue;
    const path = absolutePath(entry.slice("unix:".length));
    const within = (list: readonly string[]) =>
      list.some((other) => liesIn(path, absolutePath(other)));
    const missing = [within(read) ? [] : "read", within(write) ? [] : "write"].flat();
    if (missing.length > 0) {
      report.warning(
        `A Unix socket also needs ${missing.join(" and ")} permission for ${JSON.stringify(path)}`,
      );
    }
  }
}
