import { quoteText } from "../nagios/text.ts";
import type { Permissions } from "./declared_permissions.ts";

/**
 * The place of a secret: a file, by its absolute path, or an environment variable. The value itself
 * is never a part of an agent, of its manifest or of a settings file.
 */
export type SecretSource = { readonly file: string } | { readonly env: string };

/** Reads secrets, and removes them from text that leaves a check. */
export interface Vault {
  /**
   * Reads a secret.
   *
   * @param source the place of the secret
   * @returns the value, without a line break at its end
   * @throws if it cannot be read, or has too few or too many characters
   */
  read(source: SecretSource): Promise<string>;
  /** Replaces all secrets that were read so far by `***`, also in their encoded forms. */
  scrub(text: string): string;
}

/** The vault of a place that has no secrets. */
export const NO_VAULT: Vault = {
  read: () => Promise.reject(new Error("Secrets cannot be read here")),
  scrub: (text) => text,
};

/** A shorter secret could not be removed from text without damage to other words. */
const leastCharacters = 4;

/** Maximum length of a secret, in characters: a private key has fewer. */
export const MAX_SECRET = 16_384;

/** The number of different values that are kept: a file can change while a sandbox runs. */
const mostValues = 64;

/** A line of a secret with several lines is removed by itself if it has this number of characters. */
const leastLine = 8;

/**
 * Makes a vault.
 *
 * @param readText returns the text at the place of a secret; undefined if the variable is not set
 * @returns the vault, which keeps the values that it has read
 */
export function createVault(
  readText: (source: SecretSource) => Promise<string | undefined>,
): Vault {
  const values = new Set<string>();
  let forms: readonly string[] = [];

  function keep(value: string): void {
    if (values.has(value)) return;
    values.add(value);
    for (const oldest of values) if (values.size > mostValues) values.delete(oldest);
    forms = [...new Set([...values].flatMap(formsOf))]
      .filter((form) => form.length >= leastCharacters)
      .sort((a, b) => b.length - a.length);
  }

  return {
    async read(source) {
      const text = await readText(source);
      if (text === undefined) throw new Error(`Missing secret in ${show(source)}: it is not set`);
      const value = text.replace(/\r?\n$/, "");
      // Its length must not be shown: it would help to guess the secret.
      if (value.length < leastCharacters || value.length > MAX_SECRET) {
        throw new Error(
          `Invalid secret in ${show(source)}: expected ${leastCharacters} to ${MAX_SECRET} ` +
            "characters, so that it can be removed from answers and logs",
        );
      }
      keep(value);
      return value;
    },
    scrub(text) {
      let scrubbed = text;
      for (const form of forms) {
        if (scrubbed.includes(form)) scrubbed = scrubbed.replaceAll(form, "***");
      }
      return scrubbed;
    },
  };
}

/** Describes the place of a secret for a message. */
function show(source: SecretSource): string {
  return "file" in source ? quoteText(source.file) : `the variable ${source.env}`;
}

/**
 * Reads the place of a secret in the value of an option. A wrong value is not shown: it may be the
 * secret itself.
 *
 * @param value the value of the option
 * @returns the place
 * @throws {SyntaxError} if the value is not a place
 */
export function parseSource(value: unknown): SecretSource {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [name, place] = entries.length === 1 ? entries[0]! : [];
  if (name === "file" && isPath(place)) return { file: place };
  if (name === "env" && isVariable(place)) return { env: place };
  throw new SyntaxError(
    'Invalid value: expected the place of the secret, { file: "/absolute/path" } or ' +
      '{ env: "NAME" }, and not the secret itself',
  );
}

/**
 * Returns the permission that the place of a secret needs.
 *
 * @param source the place
 * @returns the permission for the file or the variable
 */
export function placePermissions(source: SecretSource): Permissions {
  return "file" in source ? { read: [source.file] } : { env: [source.env] };
}

/**
 * Replaces secrets among parsed option values, for functions of a check that run before it has them:
 * `permissions` and `inspect`.
 *
 * @param options the options of the check
 * @param values the parsed values
 * @returns the values, with an empty string in place of each secret
 */
export function hideSecrets(
  options: Readonly<Record<string, { readonly kind: string }>>,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      options[name]?.kind === "secret" ? "" : value,
    ]),
  );
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && /^\/[^,*\p{Cc}]*$/u.test(value);
}

function isVariable(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value);
}

/** Returns a secret in the forms in which libraries write it into messages. */
function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= leastLine);
  return [secret, ...lines].flatMap((text) => {
    const bytes = new TextEncoder().encode(text);
    // A lone surrogate has no bytes.
    const encoded = encodeURIComponent(text.toWellFormed());
    const base64 = base64Forms(bytes);
    const shown = text.replaceAll("|", " ");
    return [
      text,
      // As a result is formatted: without a separator of perfdata, trimmed, and as a label.
      ...[shown, text.trim(), shown.trim(), text.replaceAll("'", "''")],
      JSON.stringify(text).slice(1, -1),
      ...[encoded, encoded.replaceAll("%20", "+")],
      ...urlForms(text),
      ...base64,
      ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
      ...[bytes.toHex(), bytes.toHex().toUpperCase()],
    ];
  });
}

// Each part of a URL encodes other characters.
function urlForms(text: string): string[] {
  const url = new URL("http://host/");
  url.password = text;
  url.pathname = text;
  url.search = text;
  url.hash = text;
  const query = new URLSearchParams({ a: text }).toString().slice("a=".length);
  const parts = [url.pathname.slice(1), url.search.slice(1), url.hash.slice(1)];
  return [query, query.replaceAll("+", "%20"), url.password, ...parts];
}

// Base64 encodes three bytes in four characters. Within a longer text, for example of basic
// authentication, the secret can begin at each of the three bytes. Characters that depend on the
// text around the secret are cut.
function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].map((before) => {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const whole = Math.floor(padded.length / 3) * 3;
    const end = whole === padded.length
      ? undefined
      : -(4 - Math.floor((padded.length % 3) * 8 / 6));
    return padded.toBase64().slice(Math.ceil(before * 8 / 6), end);
  });
}
