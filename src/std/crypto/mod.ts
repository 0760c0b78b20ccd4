/**
 * A local stand-in for `jsr:@std/crypto`, for hosts that reach npm and not JSR: digests of what
 * comes in pieces, with the real signature, over `node:crypto`.
 *
 * @module
 */

/** The digests that both the runtime and the real package know. */
export type DigestAlgorithmName = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** A digest by name, or as WebCrypto writes it. */
export type DigestAlgorithm = DigestAlgorithmName | { name: DigestAlgorithmName };

/** What WebCrypto does, with digests of what comes in pieces. */
export interface StdSubtleCrypto extends SubtleCrypto {
  /**
   * Digests bytes.
   *
   * @param algorithm which digest
   * @param data the bytes, whole or in pieces
   * @returns the digest
   */
  digest(
    algorithm: DigestAlgorithm,
    data: BufferSource | AsyncIterable<BufferSource> | Iterable<BufferSource>,
  ): Promise<ArrayBuffer>;
}

/** WebCrypto, with digests of what comes in pieces. */
export interface StdCrypto extends Crypto {
  /** What it does. */
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
  // Loaded with the first stream: most of what digests has its bytes whole.
  const { createHash } = await import("node:crypto");
  const hash = createHash(name.toLowerCase().replace("-", ""));
  for await (const chunk of data) {
    if (!isBuffer(chunk)) throw new TypeError("Cannot digest the data: a piece of it is no bytes");
    hash.update(chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : chunk as Uint8Array);
  }
  return Uint8Array.from(hash.digest()).buffer;
}

/** The same object, with members in place of its own and methods that can be taken out of it. */
function extend<T extends object, U>(target: T, members: U): T & U {
  return new Proxy(target, {
    get(target, name) {
      if (Object.hasOwn(members as object, name)) return members[name as keyof U];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  }) as T & U;
}

/** WebCrypto, whose `subtle.digest` takes streams and lists of bytes too. */
export const crypto: StdCrypto = extend(globalThis.crypto, {
  subtle: extend(globalThis.crypto.subtle, { digest }),
});
