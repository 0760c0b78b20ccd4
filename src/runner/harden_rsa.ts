/** Refuses RSA keys that end the process when they sign, see harden_crashes.ts. */

/**
 * The minimum length of a key, in bits. A signature with SHA-512 needs 752 bits. Keys that are
 * shorter than this minimum are not used in practice.
 */
const minModulusLength = 1_024;

// This getter is bound before user code is evaluated. User code has no access to the algorithm of a
// new key yet. Later, user code may read the algorithm and change it.
const { get: algorithmOf } = Object.getOwnPropertyDescriptor(CryptoKey.prototype, "algorithm") ??
  {};

/**
 * Checks a new key, or key pair, before user code gets it.
 *
 * @param made a key, a pair or something else
 * @returns the same value
 * @throws {RangeError} if a key is too short for its signatures
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

// This function does not use `instanceof`, because user code can redefine it.
function readAlgorithm(key: unknown): { name?: string; modulusLength?: number } {
  try {
    return Reflect.apply(algorithmOf!, key, []);
  } catch {
    return {};
  }
}
