import { isPerItem, OTHERS } from "./per_item.ts";

type Values = Readonly<Record<string, unknown>>;

/** A comma ends a value if the next value has a label. A range contains neither `,` nor `=`. */
const BEFORE_LABEL = /,(?=[^,=]*=)/;

/**
 * Returns the values of an option with `labels`, by label. The value of `"*"` is the one without a
 * label, which applies to all labels that have no value of their own.
 *
 * @param value a value as it was written: a map, or one for all labels. Text may contain several
 * values: `80%,used=90%`. If a label has several values, the last one is used
 * @returns the values as they were written; empty if the value is undefined
 */
export function byLabel(value: unknown): Values {
  if (value === undefined) return {};
  if (typeof value === "string") return readLabels(value);
  if (!isPerItem(value)) return { [OTHERS]: value };
  const { [OTHERS]: others, ...own } = value;
  return { ...byLabel(others), ...own };
}

function readLabels(text: string): Values {
  return Object.fromEntries(
    text.split(BEFORE_LABEL).map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [OTHERS, part.trim()] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );
}
