/**
 * Hides the runtime's own class of regular expressions, which has properties such as `lastMatch`. With
 * them, a check could read the last text that any code in the realm has matched. The properties cannot
 * be removed, because the class is frozen. So the instances that user code can reach are replaced.
 */
import type { AnyFunction } from "./replace.ts";

const { construct, get, getOwnPropertyDescriptor, ownKeys, set, setPrototypeOf } = Reflect;

/**
 * Makes a class of URL patterns whose instances contain plain regular expressions. The original keeps
 * one for each component of a URL, in a list behind a symbol.
 *
 * @param original `URLPattern`
 * @returns the class for user code
 */
export function plainPatterns(original: AnyFunction): unknown {
  const value = new Proxy(original, {
    // If the original received the class of user code, a setter there would receive the list.
    construct(target, args, made) {
      const pattern: object = construct(target, args);
      replaceWithin(pattern);
      if (made !== value) setPrototypeOf(pattern, get(made, "prototype"));
      return pattern;
    },
  });
  Object.defineProperty(get(original, "prototype"), "constructor", { value });
  return value;
}

function replaceWithin(pattern: object): void {
  for (const key of ownKeys(pattern)) {
    const list: unknown = getOwnPropertyDescriptor(pattern, key)!.value;
    if (!Array.isArray(list)) continue;
    for (const component of list) replaceExpressions(component);
  }
}

/**
 * Replaces the regular expressions in the properties of an object by plain ones.
 *
 * @param owner the object
 */
export function replaceExpressions(owner: object): void {
  for (const key of ownKeys(owner)) {
    const value: unknown = getOwnPropertyDescriptor(owner, key)!.value;
    if (isExpression(value)) set(owner, key, new RegExp(value));
  }
}

// The class of the runtime does not inherit from `RegExp`, so that `instanceof` does not find it.
function isExpression(value: unknown): value is RegExp {
  return Object.prototype.toString.call(value) === "[object RegExp]";
}
