import { AsyncLocalStorage } from "node:async_hooks";
import type { Permissions } from "../declared_permissions.ts";
import { createFiles, type Files } from "./files.ts";
import type { Fixtures } from "./fixtures.ts";
import { createGrants, type Grants } from "../grants.ts";

/** The outside world as one check under test meets it. */
export interface World {
  /** What the check may do. */
  readonly grants: Grants;
  /** Files in memory; what the check writes beside them stays there too. */
  readonly files: Files;
  /** What executables come to. */
  readonly run: NonNullable<Fixtures["run"]>;
  /** Who answers. */
  readonly net: NonNullable<Fixtures["net"]>;
  /** Environment variables; undefined for one that the check has deleted. */
  readonly env: Map<string, string | undefined>;
  /** Facts of the system. */
  readonly sys: NonNullable<Fixtures["sys"]>;
}

/** A function of the runtime, as it is without guard. */
export type Call = (...args: unknown[]) => unknown;

/**
 * Stands in for a function of the runtime while a check calls it: asks for the permission, then
 * answers with a fixture or with what the function itself says.
 */
export type Substitute = (world: World, real: Call, args: readonly unknown[]) => unknown;

/** Substitutes by the name of what they stand in for. */
export type Substitutes = Readonly<Record<string, Substitute>>;

/**
 * Makes the world of one check.
 *
 * @param permissions what the check may do
 * @param procfs where /proc is for this check
 * @param fixtures what stands in place of the outside world
 * @returns the world
 */
export function createWorld(
  permissions: Permissions,
  procfs: string,
  fixtures: Fixtures,
): World {
  const { read = {}, run = {}, net = {}, env = {}, sys = {} } = fixtures;
  const grants = createGrants(permissions, procfs);
  return {
    grants,
    files: createFiles(read),
    run,
    net,
    env: new Map(Object.entries(env)),
    sys,
  };
}

const storage = new AsyncLocalStorage<World | undefined>();

/** The world of the check that the running code was called from; undefined for all other code. */
export function currentWorld(): World | undefined {
  return storage.getStore();
}

/** Runs code, and what it sets off, in the world of a check. */
export function runInWorld<T>(world: World, run: () => T): T {
  return storage.run(world, run);
}

/** Runs code of the test that a check calls, such as a peer, outside of the check's world. */
export function runOutside<T>(run: () => T): T {
  return storage.run(undefined, run);
}

/**
 * A handler for a function that promises: what is refused rejects.
 *
 * @param handler what is done
 * @returns the same, never throwing
 */
export function promised(handler: Substitute): Substitute {
  return (world, real, args) => Promise.try(() => handler(world, real, args));
}

/**
 * Finds what is given under one of several names.
 *
 * @param fixtures by name
 * @param names the closest first
 * @returns what was found; undefined where nothing is
 * @throws {Error} where an error was given
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
