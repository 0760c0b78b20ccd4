import { covers } from "./covers.ts";

/** What {@linkcode processEnvironment} needs. */
export interface EnvironmentSource {
  /** The variables that may be read. */
  readonly declared: readonly string[];
  /** Returns the value of a declared variable. */
  read(name: string): string | undefined;
  /** Receives the name of a variable that was read and is not declared. */
  undeclared(name: string): void;
}

/**
 * Makes `process.env` for user code. Libraries of Node read variables that are set on few hosts, and
 * expect `undefined` otherwise. So a variable that is not declared is `undefined` here, while
 * `Deno.env` refuses it.
 *
 * The environment belongs to the whole daemon, so changes have no effect. They do not throw, because
 * libraries set some variables, for example `DEBUG`.
 *
 * @param source the declared variables
 * @returns the object
 */
export function processEnvironment(source: EnvironmentSource): Record<string, string | undefined> {
  function read(name: string | symbol): string | undefined {
    if (typeof name === "symbol") return undefined;
    if (source.declared.some((entry) => covers("env", entry, name))) return source.read(name);
    source.undeclared(name);
    return undefined;
  }
  return new Proxy<Record<string, string | undefined>>({}, {
    get: (target, name) => name in target ? Reflect.get(target, name) : read(name),
    has: (target, name) => name in target || read(name) !== undefined,
    // Variables of a pattern such as `APP_*` are not listed: that needs the permission for all.
    ownKeys: () =>
      source.declared.filter((name) => !name.endsWith("*") && source.read(name) !== undefined),
    getOwnPropertyDescriptor(_, name) {
      const value = read(name);
      if (value === undefined) return undefined;
      return { value, writable: true, enumerable: true, configurable: true };
    },
    set: () => true,
    deleteProperty: () => true,
    // The target stays empty: otherwise these operations would bind the traps above.
    defineProperty: () => true,
    preventExtensions: () => false,
    setPrototypeOf: () => false,
  });
}

/** The maximum number of names that are collected. */
const maxNames = 16;

// The runtime itself reads variables of Node.
const variable = /^(?!NODE_(?!ENV$))\w{1,64}$/;

/** The variables that a check reads in `process.env` without declaring them. */
export interface UndeclaredVariables {
  /** Adds a name. */
  add(name: string): void;
  /** Returns a line about the names that were added since the last call; undefined without new names. */
  explain(): string | undefined;
}

/**
 * Collects undeclared variables.
 *
 * @returns an empty collection
 */
export function collectUndeclared(): UndeclaredVariables {
  const names = new Set<string>();
  let explained = 0;
  return {
    // User code can read any name.
    add(name) {
      if (names.size < maxNames && variable.test(name)) names.add(name);
    },
    explain() {
      const added = [...names].slice(explained);
      explained = names.size;
      if (added.length === 0) return undefined;
      return `${added.map((name) => `process.env.${name}`).join(", ")} ${
        added.length === 1 ? "is" : "are"
      } undefined, because the permission env does not declare ${
        added.length === 1 ? "it" : "them"
      }`;
    },
  };
}
