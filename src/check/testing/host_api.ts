import { requireAccess } from "../grants.ts";
import { runOutside, type Substitute, type Substitutes } from "./world.ts";

/** Makes the substitute for a function that returns system information. */
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

/** The functions of `Deno` that need `sys` or `ffi`; `ffi` is never granted. */
export const hostApi: Substitutes = {
  ...Object.fromEntries(facts.map((name) => [name, fact(name)])),
  dlopen: (world, _real, args) => requireAccess(world.grants, "ffi", String(args[0])),
};

/** The functions of `Deno.env`. A variable that a check sets is visible to that check only. */
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
