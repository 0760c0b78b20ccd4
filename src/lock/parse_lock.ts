import { permissionLists } from "../agent/describe_permissions.ts";
import { AgentError, createReport, type Diagnostic, type Report } from "../agent/diagnostic.ts";
import {
  absolutePath,
  anyText,
  boolean,
  fields,
  listOf,
  oneOf,
  type Reader,
  recordOf,
  sha256,
  show,
  text,
} from "../agent/read.ts";
import { escapeText } from "../nagios/text.ts";
import type { Lock, LockedCheck, LockedCommand, LockedPlugin, LockedShell } from "./lock.ts";

/**
 * Parses the file of a lock.
 *
 * @param file the contents of the file
 * @param path the path of the file, for messages
 * @returns the lock
 * @throws {AgentError} with all errors of the file
 */
export function parseLock(file: string, path: string): Lock {
  const errors: Diagnostic[] = [];
  const report = createReport(errors, "lock");
  try {
    const lock = readLock(JSON.parse(file), report);
    if (lock !== undefined && errors.length === 0) return lock;
  } catch (error) {
    report.error(`Cannot parse JSON: ${escapeText((error as Error).message)}`);
  }
  throw new AgentError(errors.map((error) => ({ ...error, source: path })));
}

const version: Reader<1> = (value, report) => {
  if (value === 1) return value;
  report.error(`Unknown version ${show(value)}: expected 1`);
};

const lockFields = fields<Partial<Lock>>({
  version,
  module: text,
  listen: listOf(text),
  allowedHosts: listOf(text),
  plainText: boolean,
  hostShell: boolean,
  procfs: absolutePath,
  commands: recordOf<LockedCommand>(command),
});

function readLock(value: unknown, report: Report): Lock | undefined {
  const given = (value as { version?: unknown } | null)?.version;
  // The format of another version is unknown, so its contents are not checked.
  if (given !== undefined && given !== 1) return void version(given, report.at("version"));
  demand(value, ["version", "module", "listen", "allowedHosts", "commands"], report);
  return lockFields(value, report) as Lock | undefined;
}

const common = { kind: oneOf("check", "plugin", "shell"), acceptArguments: boolean };
const check = fields<LockedCheck>({
  ...common,
  kind: oneOf("check"),
  permissions: permissionLists,
});
const plugin = fields<LockedPlugin>({
  ...common,
  kind: oneOf("plugin"),
  executable: absolutePath,
  args: listOf(anyText),
  prefix: listOf(anyText),
  user: text,
  group: text,
  sha256,
});
const shell = fields<LockedShell>({
  ...common,
  kind: oneOf("shell"),
  line: text,
  user: text,
  group: text,
  sha256,
});

function command(value: unknown, report: Report): LockedCommand | undefined {
  const kind = (value as { kind?: unknown } | null)?.kind;
  switch (kind) {
    case "check":
      demand(value, ["permissions"], report);
      return check(value, report);
    case "plugin":
      demand(value, ["executable"], report);
      return plugin(value, report);
    case "shell":
      demand(value, ["line"], report);
      return shell(value, report);
  }
  report.at("kind").error(
    `Invalid value ${show(kind)}: expected "check", "plugin" or "shell"`,
  );
}

// Reports missing keys: the readers treat every key as optional.
function demand(value: unknown, names: readonly string[], report: Report): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  for (const name of names) {
    if (!Object.hasOwn(value, name)) report.at(name).error(`Missing ${name}: expected a value`);
  }
}
