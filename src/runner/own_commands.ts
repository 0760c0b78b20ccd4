/**
 * Copies the commands of an agent. A check can import the module of the agent again: its URL is in
 * every stack. The module exports the commands of all checks. Without the copies, a check could
 * replace the function or the option values of another command.
 */
import type { CheckCommand } from "../check/define_check.ts";
import type { BareFunction } from "../check/execute.ts";

/**
 * Copies the commands that a sandbox runs. Must be called before any check runs.
 *
 * @param agent the default export of the agent's module, of any shape
 * @returns the commands by name, which user code cannot reach
 */
export function copyCommands(agent: unknown): ReadonlyMap<string, CheckCommand | BareFunction> {
  const commands = new Map<string, CheckCommand | BareFunction>();
  // Commands of one definition keep sharing it: `run` may use `this`. Different definitions share
  // nothing, not even the options that one has from the other.
  const definitions = new Map<unknown, CheckCommand["definition"]>();
  for (const [name, command] of Object.entries(partOf(agent, "commands") ?? {})) {
    if (partOf(command, "kind") === "check") {
      const { kind, definition, values, settings } = command as CheckCommand;
      const known = definitions.get(definition) ?? copyPlain(definition);
      definitions.set(definition, known);
      commands.set(name, {
        kind,
        definition: known,
        values: copyPlain(values),
        settings: copyPlain(settings),
      });
    } else if (typeof command === "function") {
      commands.set(name, (args) => command(args));
    }
  }
  return commands;
}

function partOf(value: unknown, name: string): unknown {
  return value === null || value === undefined ? undefined : Reflect.get(Object(value), name);
}

// Copies plain objects and lists, and keeps all other values: functions and instances of classes
// belong to the modules of the checks.
function copyPlain<T>(value: T, copies = new Map<unknown, unknown>()): T {
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known as T;
  const parent: unknown = Object.getPrototypeOf(value);
  if (parent !== null && parent !== Object.prototype && !Array.isArray(value)) return value;
  const copy = Array.isArray(value) ? [] : Object.create(parent as object | null);
  copies.set(value, copy);
  for (const key of Object.keys(value)) {
    Object.defineProperty(copy, key, {
      value: copyPlain(Reflect.get(value, key), copies),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return copy;
}
