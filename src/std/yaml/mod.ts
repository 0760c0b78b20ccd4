/**
 * A local stand-in for `jsr:@std/yaml`, for hosts that reach npm and not JSR: reading and writing
 * YAML with the real signatures, over `npm:js-yaml`, which the real package descends from.
 *
 * @module
 */
import * as yaml from "js-yaml";

/** Which types there are: `failsafe` knows text only, `json` and `core` what JSON knows too. */
export type SchemaType = "failsafe" | "json" | "core" | "default";

/** How YAML is read. */
export interface ParseOptions {
  /** Which types there are; `"default"` where left out. */
  schema?: SchemaType;
  /** Whether the last of several equal keys counts; they are an error where left out. */
  allowDuplicateKeys?: boolean;
  /** Hears what is odd and no error. */
  onWarning?(error: Error): void;
}

/** How YAML is written. */
export interface StringifyOptions {
  /** Blanks a level; 2 where left out. */
  indent?: number;
  /** Whether the items of a list are indented; they are where left out. */
  arrayIndent?: boolean;
  /** Whether what YAML has no form for is left out, in place of an error. */
  skipInvalid?: boolean;
  /** From which level on lists and maps stand on one line; -1 for never. */
  flowLevel?: number;
  /** Which types there are; `"default"` where left out. */
  schema?: SchemaType;
  /** Whether keys are sorted, or by what. */
  sortKeys?: boolean | ((a: string, b: string) => number);
  /** The longest line; 80 where left out. */
  lineWidth?: number;
  /** Whether an object that is there twice is written once and referred to; it is where left out. */
  useAnchors?: boolean;
}

const schemas: Readonly<Record<SchemaType, unknown>> = {
  failsafe: yaml.FAILSAFE_SCHEMA,
  json: yaml.JSON_SCHEMA,
  core: yaml.CORE_SCHEMA,
  default: yaml.DEFAULT_SCHEMA,
};

/**
 * Reads one YAML document.
 *
 * @param content the text
 * @param options how it is read
 * @returns the value; null for a text without any
 * @throws {SyntaxError} where it is no YAML, or several documents
 */
export function parse(content: string, options: ParseOptions = {}): unknown {
  const { schema = "default", allowDuplicateKeys = false, onWarning } = options;
  try {
    const value = yaml.load(content, {
      schema: schemas[schema],
      json: allowDuplicateKeys,
      ...(onWarning && { onWarning: (warning: Error) => onWarning(warning) }),
    });
    return value ?? null;
  } catch (error) {
    throw error instanceof yaml.YAMLException ? new SyntaxError((error as Error).message) : error;
  }
}

/**
 * Writes a value as a YAML document.
 *
 * @param data the value
 * @param options how it is written
 * @returns the text, with a line break at its end
 * @throws {TypeError} where YAML has no form for a value
 */
export function stringify(data: unknown, options: StringifyOptions = {}): string {
  const { arrayIndent = true, useAnchors = true, schema = "default", ...others } = options;
  try {
    return yaml.dump(data, {
      ...others,
      schema: schemas[schema],
      noArrayIndent: !arrayIndent,
      noRefs: !useAnchors,
    });
  } catch (error) {
    throw error instanceof yaml.YAMLException ? new TypeError((error as Error).message) : error;
  }
}
