import { quoteText } from "../nagios/text.ts";
import type { OptionSpec } from "./option.ts";

/** Maximum number of strings in a `list`, of ranges in a `ranges`, and of values for items. */
export const MAX_ITEMS = 256;

/** The key of the value for all items that have no value of their own. */
export const OTHERS = "*";

type Specs = Readonly<Record<string, OptionSpec>>;
type Values = Readonly<Record<string, unknown>>;

/**
 * Returns whether a value of an option contains a value for each item of a list.
 *
 * @param value a value as it was written; a range may be an object, too
 */
export function isPerItem(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !("inside" in value && typeof value.inside === "boolean" && "start" in value);
}

/**
 * Overrides the option values of an agent with those in arguments. If arguments set an option for
 * some items of a list only, or for some of its labels, the value of the agent still applies to the
 * others.
 *
 * @param bound the values of the agent, as they were written
 * @param given the values in arguments
 * @returns the values for `parseOptions()`
 */
export function overrideValues(bound: Values, given: Values): Record<string, unknown> {
  const values: Record<string, unknown> = { ...bound };
  for (const [name, value] of Object.entries(given)) {
    const before = Object.hasOwn(bound, name) ? bound[name] : undefined;
    values[name] = before === undefined || !isPerItem(value) || Object.hasOwn(value, OTHERS)
      ? value
      : { ...(isPerItem(before) ? before : { [OTHERS]: before }), ...value };
  }
  return values;
}

/** The items of one list in arguments, and the values before each of them. */
export interface ItemScope {
  /** By item: the values of the options that apply to it. The first of equal items counts. */
  before: Map<string, Values>;
  /** The options that were set after the last item. */
  unused: Set<string>;
}

/**
 * Records the next items of a list in arguments: all values up to here apply to them.
 *
 * @param scope the items up to here
 * @param items the next items
 * @param values all values up to here
 */
export function addItems(scope: ItemScope, items: readonly string[], values: Values): void {
  for (const item of items) {
    // A list with more items is an error.
    if (scope.before.size > MAX_ITEMS) break;
    if (!scope.before.has(item)) scope.before.set(item, { ...values });
  }
  scope.unused.clear();
}

/**
 * Replaces the values of options in arguments by maps, if they differ for the items of a list.
 *
 * @param list the name of the list
 * @param scope the items of the list
 * @param values all values; the function changes those of the list
 * @param options the options of the check
 * @returns one message for each value that no item follows
 */
export function applyScope(
  list: string,
  scope: ItemScope,
  values: Record<string, unknown>,
  options: Specs,
): string[] {
  const items = [...scope.before];
  for (const name of optionsPer(list, options)) {
    const set = items.filter(([, before]) => Object.hasOwn(before, name))
      .map(([item, before]) => [item, before[name]] as const);
    const isSame = set.length === items.length &&
      new Set(set.map(([, value]) => JSON.stringify(value))).size === 1;
    if (isSame) values[name] = set[0]![1];
    else if (set.length > 0) values[name] = Object.fromEntries(set);
    else delete values[name];
  }
  return [...scope.unused].map((name) =>
    `Option ${quoteText(name)}: Set after the last ${list}: ` +
    `expected it before each ${list} to which it applies`
  );
}

/** Returns the names of the options that have a value for each item of a list. */
export function optionsPer(list: string, options: Specs): string[] {
  return Object.keys(options).filter((name) => options[name]!.per === list);
}
