/** Computations in threads of the runtime: bounded ones work, endless ones are refused. */
import { type Expression, node } from "./expression.ts";

/** The attempts. */
export function computations(): Expression[] {
  const crypto = node("crypto");
  const promised = (name: string, ...args: string[]) =>
    `return (await ${node("util")}.promisify(${crypto}.${name})(${args.join(", ")}))`;
  const key = `const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false,
    ["deriveBits", "deriveKey"]);`;
  const pbkdf2 = (iterations: string) =>
    `{ name: "PBKDF2", hash: "SHA-512", salt: new Uint8Array(8), iterations: ${iterations} }`;
  const tooLong = "the computation would take too long";
  return ([
    [
      "lose the result of pbkdf2()",
      `${promised("pbkdf2", '"a"', '"b"', "9", "8", '"sha512"')}.length`,
      "OK 8",
    ],
    ["lose the result of scrypt()", `${promised("scrypt", '"a"', '"b"', "8")}.length`, "OK 8"],
    [
      "lose the result of hkdf()",
      `${promised("hkdf", '"sha512"', '"a"', '"b"', '"c"', "8")}.byteLength`,
      "OK 8",
    ],
    [
      "lose the result of generateKey()",
      `${promised("generateKey", '"hmac"', "{ length: 64 }")}.type`,
      "OK secret",
    ],
    ["lose the result of generatePrime()", `${promised("generatePrime", "16")}.byteLength`, "OK 2"],
    ["lose the result of checkPrime()", promised("checkPrime", "7n"), "OK true"],
    [
      "lose the result of randomFill()",
      `${promised("randomFill", "new Uint8Array(4)")}.length`,
      "OK 4",
    ],
    [
      "lose the keys of generateKeyPair()",
      `return Object.keys(${promised("generateKeyPair", '"ed25519"').replace("return ", "")})`,
      "OK publicKey,privateKey",
    ],
    [
      "lose the keys of a callback",
      `return await new Promise((go) => ${crypto}.generateKeyPair("ed25519", (error, a, b) => go(error + a.type + b.type)))`,
      "OK nullpublicprivate",
    ],
    [
      "compute without a callback",
      `${crypto}.pbkdf2("a", "b", 9, 8, "sha512")`,
      "ERR_INVALID_ARG_TYPE",
    ],
    [
      "compute with invalid iterations",
      `${crypto}.pbkdf2("a", "b", -1, 8, "sha512", () => {})`,
      "ERR_OUT_OF_RANGE",
    ],
    [
      "compute with an unknown digest",
      `${crypto}.pbkdf2("a", "b", 1, 8, "no", () => {})`,
      "ERR_CRYPTO_INVALID_DIGEST",
    ],
    [
      "derive many keys at once",
      `${key} return (await Promise.all(Array.from({ length: 9 }, () =>
       crypto.subtle.deriveBits(${pbkdf2("4096")}, key, 256)))).length`,
      "OK 9",
    ],
    [
      "derive a key",
      `${key} return (await crypto.subtle.deriveKey(${pbkdf2("9")}, key,
       { name: "AES-GCM", length: 256 }, true, ["encrypt"])).type`,
      "OK secret",
    ],
    [
      "agree on a secret",
      `const { publicKey, privateKey } = await crypto.subtle.generateKey(
       { name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
       return (await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, null)).byteLength`,
      "OK 32",
    ],
    [
      "derive bits without end",
      `${key} return await crypto.subtle.deriveBits(${pbkdf2("2 ** 31")}, key, 512)`,
      tooLong,
    ],
    [
      "derive bits without end by a number that changes",
      `${key} let reads = 0;
       return await crypto.subtle.deriveBits(${
        pbkdf2("{ valueOf: () => reads++ ? 2 ** 31 : 1 }")
      }, key, 512).then(() => reads)`,
      "OK 1",
    ],
    [
      "derive bits without end by a getter",
      `${key} let reads = 0;
       const algorithm = Object.defineProperty(${pbkdf2("1")}, "iterations",
         { enumerable: true, get: () => reads++ ? 2 ** 31 : 1 });
       return await crypto.subtle.deriveBits(algorithm, key, 512).then(() => reads)`,
      "OK 1",
    ],
    [
      "derive more bits than it has time for",
      `${key}
       return await crypto.subtle.deriveBits(${pbkdf2("100_000")}, key, 2 ** 20)`,
      tooLong,
    ],
    [
      "derive bits without end by a function in place of an object",
      `${key} const { name, ...rest } = ${pbkdf2('"4000000000"')};
       return await crypto.subtle.deriveBits(Object.assign(Object.defineProperty(() => {}, "name",
         { value: name, enumerable: true }), rest), key, 512)`,
      tooLong,
    ],
    [
      "derive a key that is longer than it has time for",
      `${key} return await crypto.subtle.deriveKey(${pbkdf2("100_000")}, key,
       { name: "HMAC", hash: "SHA-256", length: 2 ** 20 }, true, ["sign"])`,
      tooLong,
    ],
    [
      "derive a key that is longer than it has time for by a length that changes",
      `${key} let reads = 0;
       return await crypto.subtle.deriveKey(${pbkdf2("9")}, key,
       { name: "HMAC", hash: "SHA-256", length: { valueOf: () => reads++ ? 2 ** 20 : 8 } },
       true, ["sign"]).then(() => reads)`,
      "OK 1",
    ],
    [
      "lose the length of a derived key",
      `${key} return (await crypto.subtle.deriveKey(${pbkdf2("9")}, key,
       { name: "HMAC", hash: "SHA-512" }, true, ["sign"])).algorithm.length`,
      "OK 1024",
    ],
    [
      "generate a key without end by a length that wraps",
      `return await crypto.subtle.generateKey({ name: "RSA-PSS", hash: "SHA-256",
       modulusLength: 16_384 - 2 ** 32, publicExponent: new Uint8Array([1, 0, 1]) }, true, ["sign"])`,
      "TypeError: Invalid modulusLength: expected a number from 0 to 4294967295",
    ],
    [
      "generate a key without end",
      `return await crypto.subtle.generateKey({ name: "RSA-PSS", hash: "SHA-256",
       modulusLength: 16_384, publicExponent: new Uint8Array([1, 0, 1]) }, true, ["sign"])`,
      tooLong,
    ],
    [
      "generate a key with an even exponent",
      `return await crypto.subtle.generateKey({ name: "RSA-PSS", hash: "SHA-256",
       modulusLength: 1024, publicExponent: new Uint8Array([2]) }, true, ["sign"])`,
      "OperationError",
    ],
    [
      "shrink a buffer",
      "new ArrayBuffer(9, { maxByteLength: 9 }).resize(8)",
      "a check cannot shrink a buffer",
    ],
    [
      "shrink a buffer to nothing",
      "new ArrayBuffer(9, { maxByteLength: 9 }).resize()",
      "a check cannot shrink a buffer",
    ],
    [
      "shrink a buffer by moving it",
      "new ArrayBuffer(9, { maxByteLength: 9 }).transfer(1)",
      "a check cannot shrink a buffer",
    ],
    [
      "lose the other sizes of buffers",
      `const one = new ArrayBuffer(8, { maxByteLength: 32 }); one.resize(16);
       const moved = one.transfer(); return [moved.byteLength, one.detached, new ArrayBuffer(9).transfer(3).byteLength]`,
      "OK 16,true,3",
    ],
  ] as const).map(([attempt, code, answer]): Expression => [attempt, "none", code, answer]);
}
