import type { PluginOutput } from "../nagios/plugin_output.ts";
import { parseDuration } from "../nagios/units.ts";
import { parseArguments } from "./arguments.ts";
import { formatState, type JsonValue, openState } from "./check_state.ts";
import type { CheckCommand } from "./define_check.ts";
import { type BareFunction, executeCheck } from "./execute.ts";
import type { OptionSpec } from "./option.ts";
import { parseOptions } from "./parse_option.ts";
import type { Permissions } from "./declared_permissions.ts";
import type { Fixtures } from "./testing/fixtures.ts";
import { createVault, hideSecrets } from "./vault.ts";

export type {
  FileFixture,
  Fixtures,
  PeerFixture,
  PeerReply,
  RunFixture,
} from "./testing/fixtures.ts";

/** Settings of {@linkcode testCheck}: arguments, permissions, fixtures and context. */
export interface TestSettings extends Fixtures {
  /** Arguments, as an engine would send them. */
  args?: readonly string[];
  /** Permissions to use instead of the declared ones. */
  permissions?: Permissions;
  /** The timeout, such as `"2s"`; default: the timeout of the command, otherwise ten seconds. */
  timeout?: string;
  /** Secrets by the names of their options, in place of files and variables. */
  secrets?: Readonly<Record<string, string>>;
  /** The stored value that `context.state.get()` returns; default: nothing is stored. */
  state?: JsonValue | undefined;
  /** `hostname` of the context; default: `"localhost"`. */
  hostname?: string;
  /** `procfs` of the context; default: `"/proc"`. */
  procfs?: string;
  /**
   * The time at which the check runs: a date, its text such as `"2026-03-01T12:00:00Z"`, or
   * milliseconds since 1970. The check receives it from `Date` and `Temporal.Now`, and it does not
   * advance; timers and `performance.now()` do. Default: the time of the host.
   */
  now?: Date | number | string;
  /** Receives the messages that the check logs, and the stack of an error that it throws. */
  log?: (message: string) => void;
}

/** Result of {@linkcode testCheck}: state and text, and the value that the check has stored. */
export interface TestOutput extends PluginOutput {
  /**
   * The value that the check has passed to `context.state.set()`; undefined if the check has removed
   * the stored value. The property is missing if nothing is to be stored: the check has not called
   * `set()`, it threw an error, or it reached its timeout.
   */
  written?: JsonValue | undefined;
}

/**
 * Runs a check in a unit test, with its declared permissions, and with fixtures in place of files,
 * programs, peers, environment variables and system information.
 *
 * Access that the check declared reaches the fixture, or the real resource if the test has no
 * fixture for it. Other access is refused, and the answer is the same UNKNOWN as from the sandbox.
 * With the fixture `write`, all writes stay in memory, and the test reads them there. With `now`,
 * the check runs at a set time.
 *
 * The check runs in the process of the test. The code of the test is not restricted. Several checks
 * can be tested at the same time, each with its own permissions.
 *
 * These are restricted: the functions of `Deno`, `fetch`, `WebSocket`, `EventSource`, `process.env`
 * and the default exports of `node:fs`, `node:fs/promises`, `node:os`, `node:net`, `node:tls` and
 * `node:child_process` (`import fs from "node:fs"`). A `Worker` is refused.
 *
 * These are restricted in the sandbox only: names imported from `node:` modules
 * (`import { statfs } from "node:fs"`), other `node:` modules, `import()`, functions that were read
 * from `Deno` before the check runs, and listeners that the runtime itself calls (of a `node:net`
 * socket, of `AbortSignal.timeout()`). To restrict these too, set `Deno.test({ permissions })`. A
 * check that never awaits cannot be ended from within its own process.
 *
 * @param command a check, bound or not, or a function
 * @param settings arguments, permissions and fixtures
 * @returns state and text; UNKNOWN if the check throws, is refused or reaches its timeout. If the
 * check has set its state, `written` is the new value
 * @throws {TypeError} if the command is a `plugin()` or a `shell()`: run it with `runCommand()` of
 * `@checkwright/checkwright/daemon`; or if `now` is not a valid date
 *
 * @example
 * ```ts
 * import { defineCheck, option, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const entropy = defineCheck({
 *   description: "Available entropy of the kernel",
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
): Promise<TestOutput> {
  requireTestable(command);
  const stored = settings.state === undefined ? null : formatState(settings.state);
  return await runTest(withSecretFixtures(command, settings.secrets), settings, stored);
}

async function runTest(
  command: CheckCommand | BareFunction,
  settings: TestSettings,
  stored: string | null,
): Promise<TestOutput> {
  const { args = [], hostname = "localhost", procfs = "/proc" } = settings;
  const permissions = settings.permissions ?? declaredPermissions(command, args);
  // These modules are imported dynamically, so that the bundle of an agent does not contain them.
  const { createWorld, runOutside } = await import("./testing/world.ts");
  const { storeWrites } = await import("./testing/files.ts");
  const { runGuarded } = await import("./testing/guard.ts");
  const world = createWorld(permissions, procfs, settings, settings.now);

  const vault = createVault((source) =>
    secretFixture("env" in source ? source.env : source.file, settings.secrets)
  );
  const log = (message: string) => runOutside(() => settings.log?.(vault.scrub(String(message))));
  const timeout = settings.timeout ?? ("kind" in command ? command.settings.timeout : undefined) ??
    "10s";
  const seconds = parseDuration(timeout);
  const deadline = new AbortController();
  const late = Promise.withResolvers<TestOutput>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function expire(): void {
    late.resolve({ state: "UNKNOWN", text: `NRPE: Command timed out after ${seconds} seconds` });
    deadline.abort(new DOMException("Deadline", "TimeoutError"));
  }

  async function run(): Promise<TestOutput> {
    const result: Pick<TestOutput, "written"> = {};
    const open = () =>
      openState(stored, (json) => {
        result.written = json === null ? undefined : JSON.parse(json) as JsonValue;
      });
    const { output, reason } = await runGuarded(world, () => {
      // The timer is set inside the world of the check, so that the check's abort listeners are
      // restricted, too.
      timer = setTimeout(expire, seconds * 1000);
      const context = { signal: deadline.signal, hostname, procfs, log };
      return executeCheck(command, args, context, vault, open);
    });
    if (reason !== undefined) log(reason);
    const undeclared = output.state === "UNKNOWN" ? world.undeclared.explain() : undefined;
    if (undeclared !== undefined) log(undeclared);
    return { ...output, ...result };
  }
  try {
    return await Promise.race([run(), late.promise]);
  } finally {
    clearTimeout(timer);
    if (settings.write !== undefined) storeWrites(world.files, settings.write);
  }
}

function requireTestable(command: unknown): void {
  const kind = (command as { kind?: unknown } | null | undefined)?.kind;
  if (kind === "check" || typeof command === "function") return;
  throw new TypeError(
    kind === "plugin" || kind === "shell"
      ? `Cannot test a ${kind} command in this process: use runCommand() of "@checkwright/checkwright/daemon"`
      : `Invalid command of type ${typeof command}: expected a check or a function`,
  );
}

/**
 * Binds each secret that is bound or has a fixture to a variable with the name of its option, which
 * {@linkcode secretFixture} reads.
 */
function withSecretFixtures(
  command: CheckCommand | BareFunction,
  secrets: Readonly<Record<string, string>> = {},
): CheckCommand | BareFunction {
  if (!("kind" in command)) return command;
  const { kind, definition, values, settings } = command;
  const options: Record<string, OptionSpec> = definition.options ?? {};
  const names = Object.keys(options).filter((name) =>
    options[name]!.kind === "secret" &&
    (Object.hasOwn(secrets, name) || values[name] !== undefined ||
      options[name]!.default !== undefined)
  );
  const places = Object.fromEntries(names.map((name) => [name, { env: name }]));
  return { kind, definition, settings, values: { ...values, ...places } };
}

function secretFixture(
  option: string,
  secrets: Readonly<Record<string, string>> = {},
): Promise<string> {
  return Object.hasOwn(secrets, option)
    ? Promise.resolve(secrets[option]!)
    : Promise.reject(new Error(`Missing fixture: expected secrets: { ${option}: "…" }`));
}

/**
 * Returns the same permissions as the manifest. They depend only on bound values. If a required
 * option is not bound, as in the test of an unbound check, its value comes from the arguments.
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
  const { values, errors } = parseOptions(options, {
    ...Object.fromEntries(required),
    ...command.values,
  });
  const acceptArguments = args.length > 0 || command.settings.acceptArguments === true;
  return errors.length > 0 ? {} : permissions(hideSecrets(options, values), { acceptArguments });
}
