import { permissionLists } from "../agent/describe_permissions.ts";
import { AgentError, createReport, type Diagnostic, type Report } from "../agent/diagnostic.ts";
import {
  absolutePath,
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
import type { Lock, LockedCheck, LockedCommand, LockedPlugin, LockedShell } from "./lock.ts";

/**
 * Reads a lock's file.
 *
 * @param file its text
 * @param path where it lies, for what is said of it
 * @returns the lock
 * @throws {AgentError} with everything that is wrong with it
 */
export function parseLock(file: string, path: string): Lock {
  const faults: Diagnostic[] = [];
  const report = createReport(faults, "lock");
  try {
    const lock = readLock(JSON.parse(file), report);
    if (lock !== undefined && faults.length === 0) return lock;
  } catch (error) {
    report.error(`Cannot read it: ${(error as Error).message}`);
  }
  throw new AgentError(faults.map((fault) => ({ ...fault, source: path })));
}

const version: Reader<1> = (value, report) => {
  if (value === 1) return value;
  report.error(`Cannot read version ${show(value)} of a lock: expected 1`);
};

const lockFields = fields<Partial<Lock>>({
  version,
  module: text,
  listen: listOf(text),
  allowedHosts: listOf(text),
  plainText: boolean,
  commands: recordOf<LockedCommand>(command),
});

function readLock(value: unknown, report: Report): Lock | undefined {
  const said = (value as { version?: unknown } | null)?.version;
  // What another version says is not for this one to judge.
  if (said !== undefined && said !== 1) return void version(said, report.at("version"));
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
  user: text,
  sha256,
});
const shell = fields<LockedShell>({
  ...common,
  kind: oneOf("shell"),
  line: text,
  user: text,
  sha256,
});

function command(value: unknown, report: Report): LockedCommand | undefined {
  switch ((value as { kind?: unknown } | null)?.kind) {
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
  report.at("kind").error('Expected "check", "plugin" or "shell"');
}

// The readers take any field for optional.
function demand(value: unknown, names: readonly string[], report: Report): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  for (const name of names) {
    if (!Object.hasOwn(value, name)) report.at(name).error("Expected it to be there");
  }
}
