/** The functions that code in a sandbox can reach. */

/** A function that code can reach, with its expressions. */
export interface Reached {
  /** An expression for the function. */
  name: string;
  fn: (...args: unknown[]) => unknown;
  /** An expression for the receiver. */
  receiver: string;
}

/** The maximum number of receivers with which an inherited function is called. */
const maxReceivers = 3;

/** The functions that a process can reach, in the same order in each process. */
export interface Surface {
  /** Adds all functions that are reachable from an object. */
  walk(root: object, name: string): void;
  /** Adds the methods of an object and of its prototypes. */
  addMethods(instance: object, name: string): void;
  readonly reached: readonly Reached[];
}

/** Creates an empty surface. */
export function createSurface(): Surface {
  const reached: Reached[] = [];
  const seen = new Set<object>();
  const receivers = new Map<unknown, number>();

  function add(name: string, fn: unknown, receiver: string, home: boolean): void {
    if (typeof fn !== "function") return;
    const count = receivers.get(fn) ?? 0;
    // A method of the object's own class is called with each object of the table.
    if (count >= (home ? 8 : maxReceivers)) return;
    receivers.set(fn, count + 1);
    reached.push({ name, fn: fn as Reached["fn"], receiver });
  }

  function addOwn(owner: object, name: string, receiver: string, home: boolean): void {
    for (const key of Reflect.ownKeys(owner)) {
      const found = descriptorOf(owner, key);
      if (found === undefined || key === "constructor") continue;
      add(memberOf(name, key), found.value, receiver, home);
      add(`get(${name}, ${keyOf(name, key)})`, found.get, receiver, home);
      add(`set(${name}, ${keyOf(name, key)})`, found.set, receiver, home);
    }
  }

  return {
    reached,
    addMethods(instance, name) {
      if (!isData(instance)) addOwn(instance, name, name, true);
      let path = name;
      let depth = 0;
      for (let part = Object.getPrototypeOf(instance); part; part = Object.getPrototypeOf(part)) {
        path = `proto(${path})`;
        addOwn(part, path, name, depth++ < 1);
      }
    },
    walk(root, rootName) {
      const queue: [object, string][] = [[root, rootName]];
      for (let next; (next = queue.shift()) !== undefined;) {
        const [object, name] = next;
        if (seen.has(object) || isData(object)) continue;
        seen.add(object);
        const unseen = (fn: unknown) => !receivers.has(fn);
        const prototype = Object.getPrototypeOf(object);
        if (prototype !== null) queue.push([prototype, `proto(${name})`]);
        for (const key of keysOf(object)) {
          const found = descriptorOf(object, key);
          if (found === undefined) continue;
          const path = memberOf(name, key);
          if (unseen(found.value)) add(path, found.value, name, false);
          if (unseen(found.get)) add(`get(${name}, ${keyOf(name, key)})`, found.get, name, false);
          if (unseen(found.set)) add(`set(${name}, ${keyOf(name, key)})`, found.set, name, false);
          const value = found.get === undefined ? found.value : read(object, key);
          if (Object(value) === value) queue.push([value, path]);
        }
      }
    },
  };
}

// The accessors of a frozen prototype replace values, see `freeze.ts`.
function descriptorOf(object: object, key: PropertyKey): PropertyDescriptor | undefined {
  const found = Object.getOwnPropertyDescriptor(object, key);
  const { get } = found ?? {};
  return get !== undefined && /^\(\)\s*=>\s*value$/.test(Function.prototype.toString.call(get))
    ? { value: get() }
    : found;
}

function read(object: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(object, key);
  } catch {
    return undefined;
  }
}

function keysOf(object: object): PropertyKey[] {
  try {
    return Reflect.ownKeys(object);
  } catch {
    return [];
  }
}

function isData(object: object): boolean {
  return ArrayBuffer.isView(object) || object instanceof ArrayBuffer ||
    Array.isArray(object) && object.length > 64;
}

function keyOf(owner: string, key: PropertyKey): string {
  if (typeof key !== "symbol") return JSON.stringify(key);
  const known = /^Symbol\((Symbol\.\w+)\)$/.exec(String(key));
  return known?.[1] ?? `symbolOf(${owner}, ${JSON.stringify(String(key))})`;
}

function memberOf(owner: string, key: PropertyKey): string {
  const text = String(key);
  if (owner === "globalThis") return text;
  return typeof key === "string" && /^[a-z_$][\w$]*$/i.test(text)
    ? `${owner}.${text}`
    : `${owner}[${keyOf(owner, key)}]`;
}
