/**
 * Replaces functions of the runtime by guarded ones while checks are tested. Only the
 * modules in this folder of `check/` use the API of `Deno`, because they replace it. `testCheck()`
 * loads them when it is called, so that the bundle of an agent does not contain them.
 *
 * @module
 */
import childProcess from "node:child_process";
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import process from "node:process";
import tls from "node:tls";
import { clockApi, dateApi, temporalApi, temporalNow } from "./clock_api.ts";
import { globalApi } from "./fetch_api.ts";
import { explained } from "./explain_access.ts";
import { fileApi } from "./file_api.ts";
import { envApi, hostApi } from "./host_api.ts";
import { netApi } from "./net_api.ts";
import * as nodeApi from "./node_api.ts";
import { runApi } from "./run_api.ts";
import {
  type Call,
  currentWorld,
  runInWorld,
  type Substitute,
  type Substitutes,
  type World,
} from "./world.ts";

/** Objects of the runtime, and the replacements of their functions. */
type Owners = readonly [owner: object, handlers: Substitutes][];

/** Replacements that are in place. They are module state, because each function exists once. */
interface Guard {
  /** Replaces functions; returns functions that restore them. */
  replace(): (() => void)[];
  /** Number of checks under test that need the replacements. */
  checks: number;
  restores: (() => void)[];
}

const access: Guard = {
  replace: () => [
    ...replaceAll([
      [Deno, { ...fileApi, ...runApi, ...netApi, ...hostApi }],
      [Deno.env, envApi],
      [globalThis, globalApi],
      [fs, nodeApi.fsApi],
      [fsPromises, nodeApi.fsPromisesApi],
      [os, nodeApi.osApi],
      [net, nodeApi.netApi],
      [net.Socket.prototype, nodeApi.socketApi],
      [tls, nodeApi.tlsApi],
      [childProcess, nodeApi.childProcessApi],
    ]),
    replaceProcessEnv(),
  ],
  checks: 0,
  restores: [],
};

/** The clock is replaced only while a check runs whose test sets the time. */
const clock: Guard = {
  replace: () => replaceAll([[globalThis, clockApi], [Date, dateApi], [temporalNow, temporalApi]]),
  checks: 0,
  restores: [],
};

/**
 * Runs a check while the functions of the runtime are guarded. Code that runs at the same time and
 * was not called from the check is not affected. The guards are removed when the last check has
 * settled, which may be long after its deadline.
 *
 * @param world permissions and fixtures of the check
 * @param run the check
 * @returns its return value
 */
export async function runGuarded<T>(world: World, run: () => Promise<T>): Promise<T> {
  const guards = world.now === undefined ? [access] : [access, clock];
  for (const guard of guards) {
    if (guard.checks++ === 0) guard.restores = guard.replace();
  }
  try {
    return await runInWorld(world, run);
  } finally {
    for (const guard of guards) {
      if (--guard.checks === 0) { for (const restore of guard.restores.splice(0)) restore(); }
    }
  }
}

function replaceAll(owners: Owners): (() => void)[] {
  return owners.flatMap(([owner, handlers]) =>
    Object.entries(handlers).map(([name, handler]) => replace(owner as Owner, name, handler))
  );
}

type Owner = Record<string, unknown>;

/** Replaces a function of `owner` by a guarded one; returns a function that restores it. */
function replace(
  owner: Owner,
  name: string,
  handler: Substitute,
): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const real = before?.configurable && owner[name];
  // Not every version of the runtime has every function.
  if (!before || typeof real !== "function") return () => {};
  const guarded = new Proxy(real, {
    apply(target, self, args) {
      const world = currentWorld();
      const call: Call = (...args) => Reflect.apply(target, self, args);
      return world === undefined
        ? call(...args)
        : handler(world, (...args) => explained(() => call(...args)), args);
    },
    construct(target, args, newTarget) {
      const world = currentWorld();
      if (world === undefined) return Reflect.construct(target, args, newTarget);
      const create: Call = (...args) => Reflect.construct(target, args, newTarget);
      return handler(world, (...args) => explained(() => create(...args)), args) as object;
    },
  });
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: before.enumerable ?? false,
    writable: true,
    value: guarded,
  });
  return () => {
    // If other code has replaced the function since then, its replacement is kept. The replacement
    // may call the guarded function, which only calls the real function while no check runs.
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === guarded) {
      Object.defineProperty(owner, name, before);
    }
  };
}

// Returns a function that restores it. Libraries read variables that no check declares: they are
// undefined in a check.
function replaceProcessEnv(): () => void {
  const before = Object.getOwnPropertyDescriptor(process, "env");
  const real = process.env;
  if (!before?.configurable) return () => {};
  const get = () => currentWorld()?.processEnv ?? real;
  Object.defineProperty(process, "env", { configurable: true, enumerable: true, get });
  return () => {
    if (Object.getOwnPropertyDescriptor(process, "env")?.get === get) {
      Object.defineProperty(process, "env", before);
    }
  };
}
