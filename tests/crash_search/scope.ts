/** Evaluates expressions in one scope. */
import { made } from "./receivers.ts";
import { helpers } from "./values.ts";

/** Evaluates an expression. */
export type Evaluate = (code: string) => unknown;

/**
 * Creates the scope of all expressions: the helpers, and `made`.
 *
 * @param facts properties of `made` that the search passes
 */
export async function createScope(
  facts: Readonly<Record<string, unknown>>,
): Promise<Evaluate> {
  const names: string[] = ["made"];
  const bound: unknown[] = [{ ...facts }];
  const factories = new Map<string, (...scope: unknown[]) => unknown>();
  const evaluate: Evaluate = (code) => {
    let factory = factories.get(code);
    if (factory === undefined) {
      factory = new Function(...names, `return (${code}\n)`) as () => unknown;
      factories.set(code, factory);
    }
    return factory(...bound);
  };
  for (const [name, code] of helpers) {
    const value = evaluate(code);
    factories.clear();
    names.push(name);
    bound.push(value);
  }
  for (const [name, code] of made) {
    try {
      Reflect.set(bound[0] as object, name, await evaluate(code));
    } catch {
      // Calls that need this property fail.
    }
  }
  return evaluate;
}
