/** Refuses RSA keys that end the process when they sign, see harden_crashes.ts. */

/** In bits. A signature with SHA-512 needs 752; shorter keys than this are not used. */
const minModulusLength = 1_024;

// Bound before user code is evaluated. A new key's algorithm is not known to user code yet: what it
// reads later is an object that it may change.
const { get: algorithmOf } = Object.getOwnPropertyDescriptor(CryptoKey.prototype, "algorithm") ??
  {};

/**
 * Checks a new key, or key pair, before user code gets it.
 *
 * @param made a key, a pair or something else
 * @returns the same
 * @throws {RangeError} if it is too short for its signatures
 */
export function expectSignable<T>(made: T): T {
  for (const key of [made, (made as { privateKey?: unknown } | undefined)?.privateKey]) {
    const { name, modulusLength = minModulusLength } = readAlgorithm(key);
    if (name === "RSASSA-PKCS1-v1_5" && modulusLength < minModulusLength) {
      throw new RangeError(
        `Invalid modulusLength ${modulusLength}: expected at least ${minModulusLength}`,
      );
    }
  }
  return made;
}

// Not by `instanceof`, which user code can redefine.
function readAlgorithm(key: unknown): { name?: string; modulusLength?: number } {
  try {
    return Reflect.apply(algorithmOf!, key, []);
  } catch {
    return {};
  }
}
