import { AgentError, errorsOf } from "../agent/diagnostic.ts";
import { collectNeeds, commandNeeds, type NeededPermission } from "../agent/needs.ts";
import { LOCK_NAME } from "../lock/lock.ts";
import { compareLock } from "../lock/compare_lock.ts";
import { daemonPermissions, ownNeeds, startNeeds } from "../daemon/daemon_permissions.ts";
import { escapeText } from "../nagios/text.ts";
import { columns } from "./columns.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { loadOnHost } from "./load_on_host.ts";
import { formatFlags } from "../agent/granted_permissions.ts";
import { lastCommit } from "./last_commit.ts";
import { DEFAULT_AGENT, readAgent } from "./load.ts";
import { formatDifference, lockOf, lockPath, readLock, writeLock } from "./permission_lock.ts";
import { agentWord, settingsOption } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** `checkwright permissions`: shows the permissions of the daemon, and compares them with a lock. */
export const permissions: Subcommand = defineSubcommand({
  name: "permissions",
  summary: "Show what the daemon may access and why; compare it with a lock file.",
  words: [agentWord],
  options: {
    lock: {
      meaning:
        `write ${LOCK_NAME} to the agent's folder; it grants everything that the code requests`,
    },
    check: {
      meaning:
        "list the permissions that the code requests and the lock file does not grant; exit with 1 " +
        "if there are any",
    },
    json: { meaning: "print the table, or the result of --check, as JSON" },
    settings: {
      ...settingsOption,
      meaning: `${settingsOption.meaning}; not with --lock or --check`,
    },
  },
  exitCodes: {
    "0": "success; with --check, the lock file grants everything that the code requests",
    "1": "with --check, the code requests more than the lock file grants",
    "3": "the command line, the agent, the settings or the lock file is invalid",
  },
  async run([path = DEFAULT_AGENT], { lock, check, json, settings }) {
    if (lock && check) {
      throw new UsageError("Cannot combine --lock with --check: expected one of them");
    }
    if (settings !== undefined && (lock || check)) {
      throw new UsageError(
        "Cannot combine --settings with --lock or --check: a lock covers only the agent's code",
      );
    }
    if (json && lock) {
      throw new UsageError("Cannot combine --json with --lock: the lock file is JSON");
    }
    if (lock) return await lockAgent(path);
    return check ? await compareWithLock(path, json) : await showTable(path, settings, json);
  },
});

async function lockAgent(path: string): Promise<number> {
  const file = lockPath(path);
  const { manifest, diagnostics } = await readAgent(path);
  // The manifest omits invalid commands, so the lock would lose their entries.
  if (errorsOf(diagnostics).length > 0) throw new AgentError(diagnostics);
  const asked = lockOf(path, manifest);
  const old = await readLock(path).catch(() => undefined);
  if (old !== undefined && old.module !== asked.module) {
    throw new UsageError(
      `${file} is the lock of "${old.module}": expected a separate folder for each locked agent`,
    );
  }
  await writeLock(path, asked).catch((error) => {
    throw new UsageError(`Cannot write the lock: ${error.message}`);
  });
  const count = Object.keys(asked.commands).length;
  console.log(
    `${file} grants everything that ${path} requests: ${count} command${count === 1 ? "" : "s"}`,
  );
  return 0;
}

async function compareWithLock(path: string, json: boolean): Promise<number> {
  const file = lockPath(path);
  const [lock, { manifest, diagnostics }] = await Promise.all([readLock(path), readAgent(path)]);
  if (errorsOf(diagnostics).length > 0) throw new AgentError(diagnostics);
  if (lock === undefined) {
    throw new UsageError(`Missing lock file "${file}": run checkwright permissions ${path} --lock`);
  }
  const asked = lockOf(path, manifest);
  if (lock.module !== asked.module) {
    throw new UsageError(`${file} is the lock of "${lock.module}", not of "${asked.module}"`);
  }
  const difference = compareLock(lock, asked);
  const since = await lastCommit(file);
  console.log(
    json
      ? JSON.stringify({ ...difference, since }, null, 2)
      : formatDifference(path, difference, since),
  );
  return difference.more.length > 0 ? 1 : 0;
}

async function showTable(path: string, settings: string | undefined, json: boolean) {
  const { manifest, diagnostics } = await loadOnHost(path, settings);
  printDiagnostics(errorsOf(diagnostics));
  const needed = collectNeeds([
    ...ownNeeds(manifest),
    ...startNeeds(manifest),
    ...commandNeeds(manifest),
  ]);
  const flags = formatFlags(daemonPermissions(manifest));
  console.log(
    json
      ? JSON.stringify({ permissions: needed, flags }, null, 2)
      : [...formatTable(needed), "", "As flags of deno run:", ...flags.map((flag) => `  ${flag}`)]
        .join("\n"),
  );
  return errorsOf(diagnostics).length > 0 ? 3 : 0;
}

function formatTable(all: readonly NeededPermission[]): string[] {
  const rows = all.flatMap(({ kind, entry, broad, unbound, needed }) => {
    const mark = `${broad === undefined ? "" : "!"}${unbound ? "*" : ""}`;
    const what = [mark, kind, escapeText(entry)];
    return needed.map(({ command, why }, index) => [
      ...(index === 0 ? what : ["", "", ""]),
      escapeText(command ?? "(daemon)"),
      escapeText(why),
    ]);
  });
  const legend = [
    ...all.filter(({ broad }) => broad !== undefined).map(({ kind, entry, broad }) =>
      `! ${kind} ${escapeText(entry)} ${broad}`
    ),
    ...(all.some(({ unbound }) => unbound)
      ? ["* not sandboxed: permissions do not restrict a running program"]
      : []),
  ];
  return [...columns(rows), ...(legend.length === 0 ? [] : ["", ...legend])];
}
