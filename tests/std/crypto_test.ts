import { assertEquals, assertRejects } from "@std/assert";
import { crypto } from "@std/crypto";

// FIPS 180-4 examples: SHA-256 of "abc" and of the empty string.
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (digest: ArrayBuffer) => new Uint8Array(digest).toHex();

Deno.test(
  "crypto.subtle.digest() accepts bytes whole and in pieces",
  { permissions: "none" },
  async () => {
    const pieces = [bytes("a"), new Uint8Array(), bytes("bc").buffer];
    async function* stream() {
      for (const piece of pieces) yield await Promise.resolve(piece);
    }
    const whole = bytes("xabcx");
    const rows: [Parameters<typeof crypto.subtle.digest>[1], string][] = [
      [bytes("abc"), abc],
      [bytes("abc").buffer, abc],
      [whole.subarray(1, 4), abc],
      [new DataView(whole.buffer, 1, 3), abc],
      [pieces, abc],
      [[new DataView(whole.buffer, 1, 3)], abc],
      [stream(), abc],
      [new Blob(["abc"]).stream(), abc],
      [[], nothing],
      [new Uint8Array(), nothing],
    ];
    for (const [data, digest] of rows) {
      assertEquals(hex(await crypto.subtle.digest("SHA-256", data)), digest);
    }
  },
);

Deno.test("crypto.subtle.digest() returns the same digest for pieces with every algorithm", {
  permissions: "none",
}, async () => {
  for (const name of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"] as const) {
    assertEquals(
      hex(await crypto.subtle.digest({ name }, [bytes("a"), bytes("b")])),
      hex(await globalThis.crypto.subtle.digest(name, bytes("ab"))),
    );
  }
});

Deno.test(
  "crypto.subtle.digest() refuses pieces that are not bytes",
  { permissions: "none" },
  async () => {
    // @ts-expect-error strings are not bytes
    await assertRejects(() => crypto.subtle.digest("SHA-256", ["abc"]), TypeError, "Cannot digest");
  },
);

Deno.test("crypto has the other methods of WebCrypto, and they work without the object", {
  permissions: "none",
}, async () => {
  const { randomUUID, getRandomValues, subtle } = crypto;
  const { generateKey } = subtle;
  assertEquals(randomUUID().length, 36);
  assertEquals(getRandomValues(new Uint8Array(4)).length, 4);
  const key = await generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  assertEquals((await subtle.sign("HMAC", key, bytes("x"))).byteLength, 32);
});
