import {
  entriesOf,
  formatPermissions,
  grants,
  type LearnedPermissions,
  learnPermissions,
  type PermissionEntry,
} from "../agent/learned_permissions.ts";
import { isBuiltIn, type ManifestCheck, type ManifestCommand } from "../agent/manifest.ts";
import { executableOf, grantPermissions, unite } from "../agent/granted_permissions.ts";
import type { Permissions } from "../check/declared_permissions.ts";
import { placePermissions, type SecretSource } from "../check/vault.ts";
import { escapeText } from "../nagios/text.ts";
import { openProcessTree, type ProcessTree } from "../host/process_tree.ts";
import type { Channel, ChannelEvents } from "../runner/channel.ts";
import { declaredEnvironment } from "../runner/declared_environment.ts";
import { startBroker } from "../runner/permission_broker.ts";
import { openProcess } from "../runner/process_channel.ts";
import { createSandbox } from "../runner/sandbox.ts";
import { sourcePlaces } from "../runner/source_places.ts";
import type { StateStore } from "../runner/state_store.ts";
import { suggest } from "./command_line.ts";
import { errorsOfCommand, printDiagnostics } from "./diagnostics.ts";
import { loadOnHost } from "./load_on_host.ts";
import type { LoadedAgent } from "./load.ts";
import { openRunStates } from "./run_states.ts";
import { argWord, optionalAgentWord, settingsOption, takeCommand } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** `checkwright learn`: finds the permissions that a check needs by running it. */
export const learn: Subcommand = defineSubcommand({
  name: "learn",
  summary:
    "Run a check with all requested permissions allowed, and print the smallest declaration.",
  words: [
    optionalAgentWord,
    { name: "COMMAND", meaning: "a check of the agent" },
    argWord,
  ],
  options: {
    settings: settingsOption,
    json: { meaning: "print the permissions and the difference to the declaration as JSON" },
  },
  exitCodes: {
    "0": "the check was run; its state does not matter",
    "3": "the command line, the agent or the settings are invalid, or the check cannot run",
  },
  stopEarly: true,
  async run(words, { settings, json }) {
    const { path, name, args } = takeCommand(words);
    const agent = await loadOnHost(path, settings);
    const { commands } = agent.manifest;
    const errors = errorsOfCommand(agent.diagnostics, name);
    printDiagnostics(errors);
    if (errors.length > 0) {
      if (json) console.log(JSON.stringify({ valid: false, diagnostics: errors }, null, 2));
      return 3;
    }
    if (!Object.hasOwn(commands, name)) {
      throw new UsageError(`Unknown command "${name}": ${suggest(name, Object.keys(commands))}`);
    }
    const command = commands[name]!;
    if (command.kind !== "check" || isBuiltIn(command)) {
      const executable = executableOf(command);
      console.log(
        json
          ? JSON.stringify({ command: name, ...(executable && { executable }) }, null, 2)
          : explain(name, command),
      );
      return 0;
    }
    const processes = openProcessTree();
    const states = await openRunStates(path, agent.manifest.settings.state);
    const learned = await watch(agent, name, args, processes, states);
    // A check need not declare its secrets.
    const shown = { ...learned, permissions: withoutSecrets(learned.permissions, command) };
    const compared = compare(shown, withoutSecrets(command.permissions, command));
    console.log(
      json
        ? JSON.stringify({ command: name, ...shown, ...compared }, null, 2)
        : present(shown, compared),
    );
    await prove(agent, name, args, learned.permissions, processes, states);
    await states.flush();
    await processes.close();
    return 0;
  },
});

function explain(name: string, command: ManifestCommand): string {
  const executable = executableOf(command);
  return executable === undefined
    ? `${name} belongs to the daemon: it runs inside the daemon and needs no permissions`
    : `${name} is a ${command.kind === "plugin" ? "plugin" : "shell line"}: permissions do not ` +
      `restrict it while it runs, and it needs only its executable\n  run ${executable}`;
}

// Runs the check, grants every permission that it requests, and collects the requests.
async function watch(
  agent: LoadedAgent,
  name: string,
  args: string[],
  processes: ProcessTree,
  states: StateStore,
) {
  say(`Every permission that ${name} requests is granted, for this run only`);
  await using broker = await startBroker();
  const command = agent.manifest.commands[name] as ManifestCheck;
  // The broker decides instead of these permissions. But `process.env` has the declared variables only.
  const permissions = { ...unite([]), env: [...command.permissions.env ?? []] };
  const env = { ...declaredEnvironment(Object.keys(Deno.env.toObject())), ...broker.env };
  const open = (events: ChannelEvents) =>
    openProcess(agent.code, agent.code.imports, permissions, processes, events, env);
  const answer = await runOnce(agent, open, name, args, states, broker.grant);
  say(`The check answered ${answer}`);
  return learnPermissions(broker.accesses, agent.manifest.settings.procfs);
}

// Runs the check again with exactly the permissions that are printed.
async function prove(
  agent: LoadedAgent,
  name: string,
  args: string[],
  learned: Permissions,
  processes: ProcessTree,
  states: StateStore,
) {
  const granted = grantPermissions(learned, agent.manifest.settings.procfs);
  const open = (events: ChannelEvents) =>
    openProcess(agent.code, agent.code.imports, granted, processes, events);
  const answer = await runOnce(agent, open, name, args, states);
  say(`With exactly these permissions the check answered ${answer}`);
}

async function runOnce(
  { manifest, code }: LoadedAgent,
  open: (events: ChannelEvents) => Channel,
  name: string,
  args: string[],
  states: StateStore,
  onReady: () => void = () => {},
): Promise<string> {
  const sandbox = createSandbox(
    open,
    (_command, message) => say(message),
    sourcePlaces(code.agent),
    states,
  );
  try {
    await sandbox.ready;
    onReady();
    const context = {
      hostname: Deno.hostname(),
      procfs: manifest.settings.procfs,
      namesVariables: true,
    };
    const signal = AbortSignal.timeout(manifest.commands[name]!.timeout * 1000);
    const { output } = await sandbox.run(name, args, context, signal);
    return `${output.state}: ${output.text.split("\n")[0]}`;
  } catch (error) {
    throw new UsageError(`Cannot run ${name}: ${(error as Error).message}`);
  } finally {
    sandbox.close();
  }
}

function withoutSecrets(permissions: Permissions, { options, values }: ManifestCheck): Permissions {
  const places = Object.keys(options).filter((name) => options[name]!.kind === "secret")
    .map((name) => (values[name] ?? options[name]!.default) as SecretSource | undefined)
    .flatMap((source) => source === undefined ? [] : entriesOf(placePermissions(source)));
  const isSecret = ({ kind, entry }: PermissionEntry) =>
    places.some((place) => place.kind === kind && place.entry === entry);
  const others = entriesOf(permissions).filter((one) => !isSecret(one));
  return Object.fromEntries(
    [...Map.groupBy(others, ({ kind }) => kind)]
      .map(([kind, entries]) => [kind, entries.map(({ entry }) => entry)]),
  );
}

interface Comparison {
  /** The declared entries. */
  declared: PermissionEntry[];
  /** The declared entries that are wider than needed. */
  wider: PermissionEntry[];
  /** The needed entries that are not declared. */
  missing: PermissionEntry[];
}

function compare({ permissions }: LearnedPermissions, held: Permissions): Comparison {
  const [needed, declared] = [entriesOf(permissions), entriesOf(held)];
  return {
    declared,
    wider: declared.filter((one) => !needed.some((other) => grants(other, one))),
    missing: needed.filter((one) => !declared.some((other) => grants(other, one))),
  };
}

function present(
  { permissions, beyond }: LearnedPermissions,
  { declared, wider, missing }: Comparison,
): string {
  const needed = entriesOf(permissions);
  const used = (one: PermissionEntry) => {
    const entries = needed.filter((other) => grants(one, other)).map(({ entry }) => entry);
    return entries.length === 0 ? "not requested" : `requested: ${escapeText(entries.join(", "))}`;
  };
  return [
    formatPermissions(permissions),
    ...comment(
      "Declared, and wider than needed",
      wider.map((one) => `${formatEntry(one)} (${used(one)})`),
    ),
    ...comment("Needed, but not declared", declared.length === 0 ? [] : missing.map(formatEntry)),
    ...(wider.length + missing.length === 0
      ? ["// The check declares exactly these permissions"]
      : []),
    ...comment("Also requested, but no declaration can grant this", beyond.map(escapeText)),
    ...(permissions.proc === undefined
      ? []
      : ["// To grant proc, bind-mount /proc to another path and set procfs to that path"]),
  ].join("\n");
}

function comment(title: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [`// ${title}:`, ...entries.map((entry) => `//   ${entry}`)];
}

function formatEntry({ kind, entry }: PermissionEntry): string {
  return `${kind} ${escapeText(entry)}`;
}

function say(message: string): void {
  console.error(`checkwright: ${escapeText(message)}`);
}
