import type { CheckCommand } from "../check/define.ts";
import { permissionNames, type Permissions } from "../check/permissions.ts";
import type { Report } from "./diagnostic.ts";
import { absolutePath, fields, listOf, show, text } from "./read.ts";

const permissionLists = fields<Permissions>({
  read: listOf(absolutePath),
  write: listOf(absolutePath),
  net: listOf(text),
  env: listOf(text),
  sys: listOf(text),
  run: listOf(absolutePath),
  proc: listOf((value, report) => {
    if (
      typeof value === "string" && /^[^/\0][^\0]*$/.test(value) && !value.split("/").includes("..")
    ) return value;
    report.error(`Cannot take ${show(value)}: expected a path below /proc such as "net/tcp"`);
  }),
});

interface Broad {
  list: keyof Permissions;
  entry: string;
  message: string;
}

/** Programs that start whatever they are told to. */
const starters =
  /\/(?:ba|da|k|z|tc)?sh$|\/(?:busybox|deno|env|node|nohup|perl|php|ruby|setsid|sudo|timeout|xargs|python[\d.]*)$/;

// What is granted more widely than any one check is likely to need.
function broad(permissions: Permissions): Broad[] {
  const found = (list: keyof Permissions, is: (entry: string) => boolean, message: string) =>
    (permissions[list] ?? []).filter(is).map((entry) => ({ list, entry, message }));
  return [
    ...found("read", (path) => path === "/", "is the whole disk"),
    ...found("write", (path) => path === "/", "is the whole disk"),
    ...found("net", (host) => host.startsWith("*"), "is any host"),
    ...found(
      "net",
      (host) => !host.startsWith("*") && !/:\d+$/.test(host),
      "is any port of that host",
    ),
    ...found("run", (path) => starters.test(path), "can start any other program"),
  ];
}

/**
 * Reads what a check declares, and warns of what is broader than its use.
 *
 * @param declared the declaration, or the function that makes it
 * @param values the option values of the binding
 * @param report where faults and warnings go
 * @returns the permissions, each list sorted and without repetition
 */
export function describePermissions(
  declared: CheckCommand["definition"]["permissions"],
  values: Record<string, unknown>,
  report: Report,
): Permissions {
  try {
    const plain = typeof declared === "function" ? declared(values as never) : declared ?? {};
    const read = permissionLists(plain, report) ?? {};
    for (const { list, entry, message } of broad(read)) {
      report.at(list).warning(`${JSON.stringify(entry)} ${message}`);
    }
    return Object.fromEntries(
      permissionNames.flatMap((name) =>
        read[name]?.length ? [[name, [...new Set(read[name])].sort()]] : []
      ),
    );
  } catch (error) {
    report.error(`Threw ${show((error as Error)?.message ?? error)}`);
    return {};
  }
}
