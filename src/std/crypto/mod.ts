/**
 * A local stand-in for `jsr:@std/crypto`, for hosts that can reach npm but not JSR. It computes
 * digests of data in pieces, with the real signature, and is based on `node:crypto`.
 *
 * @module
 */

/** The digests that both the runtime and the real package support. */
export type DigestAlgorithmName = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** The name of a digest, as a string or as an object of WebCrypto. */
export type DigestAlgorithm = DigestAlgorithmName | { name: DigestAlgorithmName };

/** `SubtleCrypto` of WebCrypto, which can also digest data in pieces. */
export interface StdSubtleCrypto extends SubtleCrypto {
  /**
   * Computes a digest.
   *
   * @param algorithm the digest
   * @param data the bytes, whole or in pieces
   * @returns the digest
   */
  digest(
    algorithm: DigestAlgorithm,
    data: BufferSource | AsyncIterable<BufferSource> | Iterable<BufferSource>,
  ): Promise<ArrayBuffer>;
}

/** `Crypto` of WebCrypto, which can also digest data in pieces. */
export interface StdCrypto extends Crypto {
  /** The functions of WebCrypto. */
  readonly subtle: StdSubtleCrypto;
}

function isBuffer(data: unknown): data is BufferSource {
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data);
}

async function digest(
  algorithm: DigestAlgorithm,
  data: BufferSource | AsyncIterable<BufferSource> | Iterable<BufferSource>,
): Promise<ArrayBuffer> {
  if (isBuffer(data)) return await globalThis.crypto.subtle.digest(algorithm, data);
  const name = typeof algorithm === "string" ? algorithm : algorithm.name;
  // The import is here because only streams need it: most callers pass all bytes at once.
  const { createHash } = await import("node:crypto");
  const hash = createHash(name.toLowerCase().replace("-", ""));
  for await (const chunk of data) {
    if (!isBuffer(chunk)) throw new TypeError("Cannot digest the data: expected pieces of bytes");
    hash.update(chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : chunk as Uint8Array);
  }
  return Uint8Array.from(hash.digest()).buffer;
}

/** Returns a proxy that replaces some members of an object. Its methods work without the object. */
function extend<T extends object, U>(target: T, members: U): T & U {
  return new Proxy(target, {
    get(target, name) {
      if (Object.hasOwn(members as object, name)) return members[name as keyof U];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  }) as T & U;
}

/** WebCrypto; its `subtle.digest` also accepts streams and lists of bytes. */
export const crypto: StdCrypto = extend(globalThis.crypto, {
  subtle: extend(globalThis.crypto.subtle, { digest }),
});
