/**
 * Allows Node's built-in modules only through one guarded function, `process.getBuiltinModule()`.
 * Refuses modules from files, because all code is in the agent's bundle. Imports of built-ins also
 * use this function, see builtin_modules.ts.
 */
import { refuse } from "../check/refusal.ts";
import { closedModules } from "./closed_modules.ts";
import { withFreeStack } from "./free_stack.ts";
import type { ModuleProtection } from "./protect_node.ts";
import { type AnyFunction, refuseFunctions, replaceFunction } from "./replace.ts";

/** The exports of `node:module` that neither read files nor run code. */
const harmless: ReadonlySet<string> = new Set([
  ...["Module", "createRequire", "findSourceMap", "isBuiltin", "syncBuiltinESMExports", "wrap"],
]);

/**
 * Refuses the modules that are not for a check, and modules from files.
 *
 * @param process `node:process`
 * @param modules protects each module that a check gets
 */
export function hardenModules(
  process: object,
  { take, isProtected }: Pick<ModuleProtection, "take" | "isProtected">,
): void {
  replaceFunction(process, "getBuiltinModule", (original) => (id) => {
    const name = String(id);
    if (closedModules.has(name.replace("node:", ""))) {
      throw refuse(`${name} is not for a check`, name);
    }
    const get = () => take(name, Reflect.apply(original, process, [name]) as object | undefined);
    return isProtected(name) ? get() : withFreeStack(get);
  });
  const builtin = Reflect.get(process, "getBuiltinModule") as (id: string) => unknown;
  const module = builtin("module") as { prototype: object; isBuiltin(id: string): boolean };
  const { isBuiltin } = module;

  const others = Object.getOwnPropertyNames(module).filter((name) =>
    !harmless.has(name) && typeof Reflect.get(module, name) === "function"
  );
  refuseFunctions(module, "module", others);
  refuseFunctions(module.prototype, "module", ["load", "require", "_compile"]);
  // The functions in `_extensions` load files by their extension.
  Object.defineProperty(module, "_extensions", { value: Object.freeze({}), writable: false });
  const require: AnyFunction = (id) => {
    const name = String(id);
    if (isBuiltin(name)) return builtin(name);
    throw refuse(`require() of ${name} is not for a check: all code must be in the bundle`, name);
  };
  Object.preventExtensions(require);
  replaceFunction(module, "createRequire", () => () => require);
}
