import type { PluginOutput } from "../nagios/plugin_output.ts";
import { parseDuration } from "../nagios/units.ts";
import { parseArguments } from "./arguments.ts";
import type { CheckCommand } from "./define_check.ts";
import { type BareFunction, executeCheck } from "./execute.ts";
import type { OptionSpec } from "./option.ts";
import { parseOptions } from "./parse_option.ts";
import type { Permissions } from "./declared_permissions.ts";
import type { Fixtures } from "./testing/fixtures.ts";

export type {
  FileFixture,
  Fixtures,
  PeerFixture,
  PeerReply,
  RunFixture,
} from "./testing/fixtures.ts";

/** How {@linkcode testCheck} runs a check, and what the check meets. */
export interface TestSettings extends Fixtures {
  /** Arguments, as they would come from the wire. */
  args?: readonly string[];
  /** In force in place of those that the check declares. */
  permissions?: Permissions;
  /** The deadline: `"2s"`. That of the command where left out, else ten seconds. */
  timeout?: string;
  /** What the check is told as the name of its host; `"localhost"` where left out. */
  hostname?: string;
  /** What the check is told as the place of procfs; `"/proc"` where left out. */
  procfs?: string;
  /** Hears what the check logs, and the stack of what it throws. */
  log?: (message: string) => void;
}

/**
 * Runs a check in a unit test, in this process, with its declared permissions in force and with
 * fixtures in place of the outside world.
 *
 * What the check declared passes: to the fixture where there is one, to the real thing where there
 * is none. What it did not declare is refused, and the answer is the UNKNOWN that the sandbox would
 * give. Neither the test's own code nor another check that is tested at the same time is bound.
 *
 * Bound are the functions of `Deno`, `fetch`, `WebSocket`, `EventSource`, `process.env`, and what
 * `node:fs`, `node:fs/promises`, `node:os`, `node:net`, `node:tls` and `node:child_process` export
 * as default (`import fs from "node:fs"`). A `Worker` is refused. Other ways out are bound by the
 * sandbox alone: names imported from `node:` modules (`import { statfs } from "node:fs"`), other
 * such modules, `import()`, functions taken out of `Deno` before the check runs, and listeners that
 * the runtime calls of itself (of a `node:net` socket, of `AbortSignal.timeout()`). A test that
 * states the permissions itself, `Deno.test({ permissions })`, binds these too. A check that
 * never awaits cannot be ended from within its own process.
 *
 * @param command a check, bound or not, or a function
 * @param settings arguments, fixtures and the rest
 * @returns what the check says; UNKNOWN where it fails, is refused or outlives its deadline
 * @throws {TypeError} where the command is none that runs in this process: for `plugin()` and
 * `shell()` there is `runCommand()` of `@checkwright/checkwright/daemon`
 *
 * @example
 * ```ts
 * import { defineCheck, option, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const entropy = defineCheck({
 *   description: "Entropy that the kernel holds",
 *   options: { warning: option.range({ short: "w", description: "Warn outside, in bits" }) },
 *   permissions: { proc: ["sys/kernel/random/entropy_avail"] },
 *   async run({ warning }, { procfs }) {
 *     const value = Number(await Deno.readTextFile(`${procfs}/sys/kernel/random/entropy_avail`));
 *     return { output: `${value} bits`, perfdata: [{ label: "entropy", value, warning }] };
 *   },
 * });
 * const read = { "/proc/sys/kernel/random/entropy_avail": "120\n" };
 *
 * const low = await testCheck(entropy, { args: ["-w", "200:"], read });
 * assertEquals(low, { state: "WARNING", text: "120 bits|entropy=120;200:" });
 *
 * const refused = await testCheck(entropy, { read, permissions: {} });
 * assertEquals(refused.state, "UNKNOWN");
 * ```
 */
export async function testCheck(
  command: CheckCommand | BareFunction,
  settings: TestSettings = {},
): Promise<PluginOutput> {
  requireTestable(command);
  const { args = [], hostname = "localhost", procfs = "/proc" } = settings;
  const permissions = settings.permissions ?? declaredPermissions(command, args);
  // Loaded here, so that the bundle of an agent, which tests nothing, does not hold them.
  const { createWorld, runOutside } = await import("./testing/world.ts");
  const { runGuarded } = await import("./testing/guard.ts");
  const world = createWorld(permissions, procfs, settings);

  const log = (message: string) => runOutside(() => settings.log?.(message));
  const timeout = settings.timeout ?? ("kind" in command ? command.settings.timeout : undefined) ??
    "10s";
  const seconds = parseDuration(timeout);
  const deadline = new AbortController();
  const late = Promise.withResolvers<PluginOutput>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function expire(): void {
    late.resolve({ state: "UNKNOWN", text: `NRPE: Command timed out after ${seconds} seconds` });
    deadline.abort(new DOMException("Deadline", "TimeoutError"));
  }

  async function run(): Promise<PluginOutput> {
    const { output, reason } = await runGuarded(world, () => {
      // Set in here, so that what the check does upon abort is bound too.
      timer = setTimeout(expire, seconds * 1000);
      return executeCheck(command, args, { signal: deadline.signal, hostname, procfs, log });
    });
    if (reason !== undefined) log(reason);
    return output;
  }
  try {
    return await Promise.race([run(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function requireTestable(command: unknown): void {
  const kind = (command as { kind?: unknown } | null | undefined)?.kind;
  if (kind === "check" || typeof command === "function") return;
  throw new TypeError(
    kind === "plugin" || kind === "shell"
      ? `Cannot test a ${kind} command in this process: expected runCommand() of "@checkwright/checkwright/daemon"`
      : `Cannot test a value of type ${typeof command}: expected a check or a function`,
  );
}

/**
 * As the manifest has them: of the values that are bound, whatever the arguments say. But what must
 * be bound and is not, as in the test of a check by itself, comes from the arguments.
 */
function declaredPermissions(
  command: CheckCommand | BareFunction,
  args: readonly string[],
): Permissions {
  if (!("kind" in command)) return {};
  const { permissions = {}, options = {} } = command.definition;
  if (typeof permissions !== "function") return permissions;
  const required = Object.entries(parseArguments(args, options).values)
    .filter(([name]) => (options as Record<string, OptionSpec>)[name]?.required);
  const { values, faults } = parseOptions(options, {
    ...Object.fromEntries(required),
    ...command.values,
  });
  return faults.length > 0 ? {} : permissions(values);
}
