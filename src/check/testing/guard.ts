import type { AsyncLocalStorage } from "node:async_hooks";
import { globalApi } from "./fetch_api.ts";
import { fileApi } from "./file_api.ts";
import { envApi, hostApi } from "./host_api.ts";
import { netApi } from "./net_api.ts";
import { nodeApi } from "./node_api.ts";
import { runApi } from "./run_api.ts";
import type { Call, Handler, Handlers, World } from "./world.ts";

type Owner = Record<string, unknown>;

/** What is under guard while checks are tested; there is one runtime, and so there is one guard. */
interface Guard {
  /** The world of the check that the running code was called from, if it was. */
  storage: AsyncLocalStorage<World>;
  owners: [owner: object, handlers: Handlers][];
  /** How many checks are under way. */
  checks: number;
  restores: (() => void)[];
}

let loading: Promise<Guard> | undefined;

// Nothing of Node is loaded before a check is tested: agents import this module too.
async function load(): Promise<Guard> {
  const { AsyncLocalStorage } = await import("node:async_hooks");
  const modules = await Promise.all(
    Object.entries(nodeApi).map(async ([name, handlers]): Promise<[object, Handlers]> => [
      (await import(name)).default,
      handlers,
    ]),
  );
  return {
    storage: new AsyncLocalStorage<World>(),
    owners: [
      [Deno, { ...fileApi, ...runApi, ...netApi, ...hostApi }],
      [Deno.env, envApi],
      [globalThis, globalApi],
      ...modules,
    ],
    checks: 0,
    restores: [],
  };
}

/**
 * Runs code with the runtime's functions under guard. Code that runs at the same time and was not
 * called from here meets them as they are. They stay under guard until the last such run has
 * settled, however long after its deadline.
 *
 * @param world what the code may do, and what it meets
 * @param run the code
 * @returns what it returns
 */
export async function runGuarded<T>(world: World, run: () => Promise<T>): Promise<T> {
  const guard = await (loading ??= load());
  if (guard.checks++ === 0) {
    guard.restores = guard.owners.flatMap(([owner, handlers]) =>
      Object.entries(handlers).map(([name, handler]) =>
        replace(owner as Owner, name, handler, guard.storage)
      )
    );
  }
  try {
    return await guard.storage.run(world, run);
  } finally {
    if (--guard.checks === 0) { for (const restore of guard.restores.splice(0)) restore(); }
  }
}

/** Puts a guarded function in place of the one that `owner` has; returns what takes it away. */
function replace(
  owner: Owner,
  name: string,
  handler: Handler,
  storage: AsyncLocalStorage<World>,
): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const real = before?.configurable && owner[name];
  // Not every version of the runtime has every function.
  if (!before || typeof real !== "function") return () => {};
  const guarded = new Proxy(real, {
    apply(target, self, args) {
      const world = storage.getStore();
      const call: Call = (...args) => Reflect.apply(target, self, args);
      return world === undefined ? call(...args) : handler(world, call, args);
    },
    construct(target, args, newTarget) {
      const world = storage.getStore();
      if (world === undefined) return Reflect.construct(target, args, newTarget);
      return handler(world, (...args) => Reflect.construct(target, args), args) as object;
    },
  });
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: before.enumerable ?? false,
    writable: true,
    value: guarded,
  });
  return () => {
    // Whoever has put something else there since is left alone: without a check it does nothing.
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === guarded) {
      Object.defineProperty(owner, name, before);
    }
  };
}
