import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createVault, parseSource, type SecretSource } from "../../src/check/vault.ts";

const pure = { permissions: "none" } as const;

/** A vault with these values, by variable. */
const vaultOf = (values: Record<string, string | undefined>) =>
  createVault((source) => Promise.resolve(values["env" in source ? source.env : source.file]));

Deno.test("scrub() replaces a secret in each form in which messages contain it", pure, async () => {
  const secret = 'p√ss "word"/+&1';
  const vault = vaultOf({ PASSWORD: `${secret}\n` });
  assertEquals(vault.scrub(secret), secret);
  assertEquals(await vault.read({ env: "PASSWORD" }), secret);
  const bytes = new TextEncoder().encode(secret);
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const rows: [text: string, expected: string][] = [
    [`login as ${secret}, ${secret}`, "login as ***, ***"],
    [JSON.stringify({ secret }), '{"secret":"***"}'],
    [`https://a:${encodeURIComponent(secret)}@b/`, "https://a:***@b/"],
    [`q=${new URLSearchParams({ secret })}`, "q=secret=***"],
    [bytes.toHex(), "***"],
    [bytes.toHex().toUpperCase(), "***"],
    ["another word", "another word"],
  ];
  for (const [text, expected] of rows) assertEquals(vault.scrub(text), expected);
  for (const user of ["", "a", "ab", "abc", "shop:"]) {
    for (const end of ["", "x", "xy", "xyz"]) {
      for (const alphabet of ["base64", "base64url"] as const) {
        const encoded = utf8(user + secret + end).toBase64({ alphabet });
        const scrubbed = vault.scrub(`Basic ${encoded}`);
        assert(scrubbed.includes("***"), `${encoded} became ${scrubbed}`);
        // Only characters that also depend on the text around the secret remain.
        assert(scrubbed.length <= `Basic ***`.length + 16, scrubbed);
      }
    }
  }
});

Deno.test(
  "scrub() knows all values of a file that changes, and each line of a key",
  pure,
  async () => {
    const values: Record<string, string> = { "/key": "first value" };
    const vault = vaultOf(values);
    await vault.read({ file: "/key" });
    values["/key"] = "-----BEGIN KEY-----\nAAAABBBBCCCC\nshort\n";
    await vault.read({ file: "/key" });
    assertEquals(vault.scrub("first value, AAAABBBBCCCC, short"), "***, ***, short");
  },
);

Deno.test(
  "read() refuses a secret that cannot be removed from text, and does not show it",
  pure,
  async () => {
    const vault = vaultOf({ EMPTY: "", SHORT: "abc\n", LONG: "x".repeat(20_000) });
    const rows: [source: SecretSource, message: string][] = [
      [{ env: "EMPTY" }, "Invalid secret in the variable EMPTY: expected 4 to 16384 characters"],
      [{ env: "SHORT" }, "Invalid secret in the variable SHORT: expected 4 to 16384 characters"],
      [{ env: "LONG" }, "Invalid secret in the variable LONG: expected 4 to 16384 characters"],
      [{ env: "ABSENT" }, "Missing secret in the variable ABSENT: it is not set"],
      [{ file: "/none" }, 'Missing secret in "/none": it is not set'],
    ];
    for (const [source, message] of rows) {
      await assertRejects(() => vault.read(source), Error, message);
    }
  },
);

Deno.test("parseSource() accepts a place, and never shows another value", pure, () => {
  assertEquals(parseSource({ file: "/etc/a b" }), { file: "/etc/a b" });
  assertEquals(parseSource({ env: "SHOP_PASSWORD" }), { env: "SHOP_PASSWORD" });
  const wrong: unknown[] = [
    ...["hunter2", 5, null, undefined, [], {}, ["/etc/a"], { file: "hunter2" }, {
      env: "hunter-2",
    }],
    ...[{ file: "/a", env: "A" }, { file: "/a,/b" }, { file: "/*" }, { file: "/a\n" }, {
      value: "x",
    }],
    ...[{ env: "A*" }, { env: "" }, { file: "" }, { file: ["/a"] }],
  ];
  for (const value of wrong) {
    const error = assertThrows(() => parseSource(value), SyntaxError, "the place of the secret");
    assert(!error.message.includes("hunter"), error.message);
  }
});

Deno.test("scrub() replaces a secret as URLs and formatted results write it", pure, async () => {
  const href = (part: "password" | "pathname" | "search" | "hash", text: string) => {
    const url = new URL("http://host/");
    url[part] = text;
    return url.href;
  };
  const rows: [secret: string, text: string, expected: string][] = [
    ["pass!(word)~1", `${new URLSearchParams({ a: "pass!(word)~1" })}`, "a=***"],
    ["p$ss&w/o#rd", href("password", "p$ss&w/o#rd"), "http://:***@host/"],
    ["pa ss?w#rd", href("pathname", "pa ss?w#rd"), "http://host/***"],
    ["pa ss'w#rd", href("search", "pa ss'w#rd"), "http://host/?***"],
    ["pa ss`w<rd", href("hash", "pa ss`w<rd"), "http://host/#***"],
    // Perfdata begins at the separator, and quotes in labels are doubled.
    ["abcd efg|hij", "abcd efg hij", "***"],
    ["it's-a-secret", "'it''s-a-secret'=1", "'***'=1"],
    ["pass*word ", "pass*word", "***"],
  ];
  for (const [secret, text, expected] of rows) {
    const vault = vaultOf({ PASSWORD: secret });
    await vault.read({ env: "PASSWORD" });
    assertEquals(vault.scrub(text), expected);
  }
});
