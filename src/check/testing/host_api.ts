import { requireAccess } from "../grants.ts";
import { runOutside, type Substitute, type Substitutes } from "./world.ts";

/** A function that tells a fact of the system, which a test may put another in place of. */
export function fact(name: string): Substitute {
  return (world, real, args) => {
    requireAccess(world.grants, "sys", name);
    if (!Object.hasOwn(world.sys, name)) return real(...args);
    const given = world.sys[name];
    if (given instanceof Error) throw given;
    return typeof given === "function" ? runOutside(() => given(...args)) : given;
  };
}

const facts = [
  "gid",
  "hostname",
  "loadavg",
  "networkInterfaces",
  "osRelease",
  "osUptime",
  "systemMemoryInfo",
  "uid",
  "umask",
];

/** The functions of `Deno` that need `sys`, and those that no check is granted. */
export const hostApi: Substitutes = {
  ...Object.fromEntries(facts.map((name) => [name, fact(name)])),
  dlopen: (world, _real, args) => requireAccess(world.grants, "ffi", String(args[0])),
};

/** The functions of `Deno.env`. What a check sets is seen by that check alone. */
export const envApi: Substitutes = {
  get: (world, real, [name]) => {
    requireAccess(world.grants, "env", String(name));
    return world.env.has(String(name)) ? world.env.get(String(name)) : real(name);
  },
  has: (world, real, [name]) => {
    requireAccess(world.grants, "env", String(name));
    return world.env.has(String(name)) ? world.env.get(String(name)) !== undefined : real(name);
  },
  set: (world, _real, [name, value]) => {
    requireAccess(world.grants, "env", String(name));
    world.env.set(String(name), String(value));
  },
  delete: (world, _real, [name]) => {
    requireAccess(world.grants, "env", String(name));
    world.env.set(String(name), undefined);
  },
  toObject: (world) => requireAccess(world.grants, "env"),
};
