import { AgentError, type Diagnostic, errorsOf, placeBelow } from "../agent/diagnostic.ts";
import type { HostSettings, Manifest } from "../agent/manifest.ts";
import {
  compareLock,
  type Excess,
  formatGrant,
  type Grant,
  type LockDifference,
} from "../lock/compare_lock.ts";
import { createLock, formatLock, type Lock, LOCK_NAME } from "../lock/lock.ts";
import { parseLock } from "../lock/parse_lock.ts";
import { escapeText } from "../nagios/text.ts";
import type { SandboxCode } from "../runner/channel.ts";
import { describeCode } from "../runner/describe_code.ts";
import { columns } from "./columns.ts";
import type { Commit } from "./last_commit.ts";

/** Returns the path of the lock file of an agent. */
export function lockPath(agent: string): string {
  return agent.replace(/[^/]*$/, LOCK_NAME);
}

/**
 * Creates the lock that grants exactly the permissions that an agent requests.
 *
 * @param agent the path of the agent's module
 * @param manifest the agent's manifest, without host settings
 * @returns the lock
 */
export function lockOf(agent: string, manifest: Manifest): Lock {
  return createLock(agent.replace(/^.*\//, ""), manifest);
}

/**
 * Reads the lock file in the folder of an agent.
 *
 * @param agent the path of the agent's module
 * @returns the lock; undefined if the file is missing
 * @throws {AgentError} if the file cannot be read or is invalid, with all errors
 */
export async function readLock(agent: string): Promise<Lock | undefined> {
  const path = lockPath(agent);
  try {
    if (!await isPresent(path)) return undefined;
    return parseLock(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError([{ place: path, message: (error as Error).message, severity: "error" }]);
  }
}

/**
 * Writes the lock file in the folder of an agent.
 *
 * @param agent the path of the agent's module
 * @param lock the lock
 * @throws if the file cannot be written
 */
export async function writeLock(agent: string, lock: Lock): Promise<void> {
  const path = lockPath(agent);
  await isPresent(path);
  await Deno.writeTextFile(path, formatLock(lock));
}

// A repository can contain a link to any file of the user. Messages would show parts of that file,
// and a new lock would replace its contents.
async function isPresent(path: string): Promise<boolean> {
  try {
    if ((await Deno.lstat(path)).isFile) return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  throw new Error(`${path} is a link or another special file: expected a regular file`);
}

/** Facts about the comparison of an agent with its lock file. */
export interface LockOptions {
  /** The settings of the host in the manifest, which no lock covers. */
  host?: HostSettings;
  /** The severity of an entry that the lock does not grant; default: `error`. */
  severity?: Diagnostic["severity"];
  /** The other diagnostics of the agent. */
  known?: readonly Diagnostic[];
}

/**
 * Compares an agent with its lock file.
 *
 * @param agent the path of the agent's module
 * @param code the bundled agent
 * @param manifest the manifest that will be used. The agent is evaluated again only if the settings
 * of the host affect it: code could request other permissions at each evaluation
 * @param options facts about the comparison
 * @returns a diagnostic for each entry that the lock does not grant, and each error of the lock file.
 * A command with an error is not compared: its author did not mean the permissions that it has. An
 * empty list if the lock file is missing or belongs to another agent
 */
export async function checkLock(
  agent: string,
  code: SandboxCode,
  manifest: Manifest,
  { host = {}, severity = "error", known = [] }: LockOptions = {},
): Promise<Diagnostic[]> {
  let lock;
  try {
    lock = await readLock(agent);
  } catch (error) {
    if (error instanceof AgentError) return [...error.diagnostics];
    throw error;
  }
  if (lock === undefined) return [];
  const asked = await askedBy(agent, code, manifest, host);
  if (lock.module !== asked.module) return [];
  const invalid = errorsOf(known).map(({ place }) => place);
  return compareLock(lock, asked).more.map((grant) => ({
    place: grant.command === undefined ? "agent" : placeBelow("commands", grant.command),
    message: `${LOCK_NAME} does not grant ${formatGrant(grant)}: review the change, then run ` +
      `checkwright permissions ${agent} --lock`,
    severity,
  })).filter(({ place }) => !invalid.some((other) => isPartOf(other, place)));
}

/** Returns whether a place is a part of a command, or for "agent", a part of no command. */
function isPartOf(place: string, whole: string): boolean {
  if (whole === "agent") return !/^commands\b/.test(place);
  return place === whole || place.startsWith(`${whole}.`) || place.startsWith(`${whole}[`);
}

/** Settings that affect no command. */
const ofDaemon: ReadonlySet<string> = new Set(["listen", "tls"]);

async function askedBy(
  agent: string,
  code: SandboxCode,
  manifest: Manifest,
  host: HostSettings,
): Promise<Lock> {
  const hosted = lockOf(agent, manifest);
  const set = Object.entries(host).filter(([, value]) => value !== undefined);
  if (set.length === 0) return hosted;
  const plain = lockOf(agent, (await describeCode(code, {}, code.imports)).manifest);
  const affects = set.some(([name]) => !ofDaemon.has(name));
  return affects ? plain : { ...plain, commands: hosted.commands };
}

/**
 * Formats a difference for a review, with command, permission and the commit of the lock.
 *
 * @param agent the path of the agent's module
 * @param difference the difference between agent and lock
 * @param since the last commit of the lock file, if it is known
 * @returns the lines, without a newline at the end
 */
export function formatDifference(
  agent: string,
  { more, spare }: LockDifference,
  since?: Commit,
): string {
  const when = since === undefined ? "" : `since ${since.hash} (${since.date})`;
  const cells = (grant: Grant, sign: string) => [
    escapeText(grant.command ?? "(daemon)"),
    `${sign} ${formatGrant(grant)}`,
  ];
  const notes = ({ added, broad }: Excess) =>
    [...(added ? ["new command"] : []), ...(broad === undefined ? [] : [broad])].join(", ");
  return [
    ...(more.length === 0 ? [`${LOCK_NAME} grants everything that ${agent} requests`] : [
      `${LOCK_NAME} does not grant everything that ${agent} requests:`,
      ...columns(more.map((grant) => [...cells(grant, "+"), when, notes(grant)])),
    ]),
    ...(spare.length === 0
      ? []
      : ["Granted and no longer needed:", ...columns(spare.map((grant) => cells(grant, "-")))]),
    ...(more.length + spare.length === 0
      ? []
      : [`Review the change, then run: checkwright permissions ${agent} --lock`]),
  ].join("\n");
}
