import { AsyncLocalStorage } from "node:async_hooks";
import type { Permissions } from "../declared_permissions.ts";
import { createFiles, type Files } from "./files.ts";
import type { Fixtures } from "./fixtures.ts";
import {
  collectUndeclared,
  processEnvironment,
  type UndeclaredVariables,
} from "../process_environment.ts";
import { createGrants, type Grants } from "../grants.ts";

/** Permissions and fixtures of one check under test. */
export interface World {
  /** Permissions of the check. */
  readonly grants: Grants;
  /** Files in memory, and files that the check writes into the same folders. */
  readonly files: Files;
  /** Results of programs, by path or command line. */
  readonly run: NonNullable<Fixtures["run"]>;
  /** Peers of the check, by address. */
  readonly net: NonNullable<Fixtures["net"]>;
  /** Environment variables; the value of a variable that the check has deleted is undefined. */
  readonly env: Map<string, string | undefined>;
  /** The `process.env` of the check. */
  readonly processEnv: object;
  /** The variables that the check reads in it without declaring them. */
  readonly undeclared: UndeclaredVariables;
  /** System information, by the name of its permission. */
  readonly sys: NonNullable<Fixtures["sys"]>;
  /** The time at which the clock of the check stands, in milliseconds; undefined if it runs. */
  readonly now: number | undefined;
}

/** A function of the runtime, without guard. */
export type Call = (...args: unknown[]) => unknown;

/**
 * Replaces a function of the runtime while a check calls it: requires the permission, then returns
 * the fixture or the result of the real function.
 */
export type Substitute = (world: World, real: Call, args: readonly unknown[]) => unknown;

/** Substitutes by the name of the function that they replace. */
export type Substitutes = Readonly<Record<string, Substitute>>;

/**
 * Makes the world of one check.
 *
 * @param permissions permissions of the check
 * @param procfs path of procfs for this check
 * @param fixtures fixtures of the test
 * @param now the time at which the clock stands
 * @returns the world
 */
export function createWorld(
  permissions: Permissions,
  procfs: string,
  fixtures: Fixtures,
  now?: Date | number | string,
): World {
  const { run = {}, net = {}, env = {}, sys = {} } = fixtures;
  const grants = createGrants(permissions, procfs);
  const undeclared = collectUndeclared();
  return {
    grants,
    files: createFiles(fixtures),
    run,
    net,
    env: new Map(Object.entries(env)),
    processEnv: processEnvironment({
      declared: grants.names.env,
      // In the world of the check, this function returns the fixture, if there is one.
      read: (name) => Deno.env.get(name),
      undeclared: undeclared.add,
    }),
    undeclared,
    sys,
    now: now === undefined ? undefined : parseNow(now),
  };
}

function parseNow(now: Date | number | string): number {
  const time = new Date(now).getTime();
  if (Number.isFinite(time)) return time;
  throw new TypeError(
    `Invalid now ${JSON.stringify(String(now))}: expected a date such as "2026-03-01T12:00:00Z"`,
  );
}

const storage = new AsyncLocalStorage<World | undefined>();

/** Returns the world of the check that called the running code; undefined for other code. */
export function currentWorld(): World | undefined {
  return storage.getStore();
}

/** Runs code, and asynchronous work that it starts, in the world of a check. */
export function runInWorld<T>(world: World, run: () => T): T {
  return storage.run(world, run);
}

/** Runs code of the test that a check calls, such as a peer, outside the world of the check. */
export function runOutside<T>(run: () => T): T {
  return storage.run(undefined, run);
}

/**
 * Makes a substitute that returns a promise: a refusal rejects it.
 *
 * @param handler the substitute, which may throw
 * @returns a substitute that never throws
 */
export function promised(handler: Substitute): Substitute {
  return (world, real, args) => Promise.try(() => handler(world, real, args));
}

/**
 * Finds the fixture under the first of several names.
 *
 * @param fixtures fixtures by name
 * @param names names, the most specific one first
 * @returns the fixture; undefined if no name has an entry
 * @throws {Error} if the fixture is an error
 */
export function findFixture<T>(
  fixtures: Readonly<Record<string, T | Error>>,
  ...names: string[]
): T | undefined {
  const name = names.find((name) => Object.hasOwn(fixtures, name));
  const found = name === undefined ? undefined : fixtures[name];
  if (found instanceof Error) throw found;
  return found;
}
