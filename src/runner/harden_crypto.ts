/** The guards of `node:crypto`, see harden_crashes.ts. */
import { computeHere } from "./harden_jobs.ts";
import { expectSignable } from "./harden_rsa.ts";
import { type AnyFunction, replaceFunction } from "./replace.ts";

/** The minimum length of a prime, in bits. The runtime cannot make a shorter prime. */
const minPrimeBits = 2;
/**
 * The minimum length of a safe prime, in bits. The runtime would search forever for a shorter one,
 * because none exists.
 */
const minSafePrimeBits = 3;
/** The minimum length of an RSA-PSS key, in bits. OpenSSL does not make shorter keys. */
const minRsaBits = 512;
const minRsaExponent = 3;
/**
 * The maximum length of a key, in bits. The runtime allocates memory in proportion to this length.
 */
const maxKeyBits = 16_384;

/** Functions that take a key at an index of their arguments. */
const keyFunctions: readonly (readonly [name: string, index: number])[] = [
  ["createPrivateKey", 0],
  ["createPublicKey", 0],
  ["sign", 2],
  ["verify", 2],
  ["publicEncrypt", 0],
  ["publicDecrypt", 0],
  ["privateEncrypt", 0],
  ["privateDecrypt", 0],
];

/**
 * Guards the module.
 *
 * @param crypto `node:crypto`
 */
export function guardCrypto(crypto: object): void {
  guardArguments(crypto, "generatePrimeSync", ([size, options, ...rest]) => {
    const given = copyOptions(options);
    // The search for a prime with a given remainder may never end. It also overflows the stack.
    if (given.add !== undefined || given.rem !== undefined) {
      throw new TypeError("Invalid options add and rem: they are not for a check");
    }
    const least = given.safe ? minSafePrimeBits : minPrimeBits;
    if (typeof size === "number" && (size < least || size > maxKeyBits)) {
      throw new RangeError(`Invalid prime size ${size}: expected ${least} to ${maxKeyBits} bits`);
    }
    return [size, typeof options === "object" ? given : options, ...rest];
  });
  guardArguments(crypto, "generateKeyPairSync", checkKeyPair);
  computeHere(crypto);
  guardDiffieHellman(Reflect.get(crypto, "DiffieHellman").prototype);
  guardKeys(crypto);
  const makePair = Reflect.get(crypto, "generateKeyPairSync") as AnyFunction;
  const { privateKey } = makePair("ed25519") as { privateKey: object };
  replaceFunction(
    Object.getPrototypeOf(privateKey),
    "toCryptoKey",
    (original) =>
      function (...args) {
        return expectSignable(Reflect.apply(original, this, args));
      },
  );
}

type Change = (args: unknown[]) => unknown[];

function guardArguments(owner: object, name: string, change: Change): void {
  replaceFunction(owner, name, (original) =>
    function (...args) {
      return Reflect.apply(original, this, change(args));
    });
}

function copyOptions(options: unknown): Record<string, unknown> {
  return typeof options === "object" && options !== null ? { ...options } : {};
}

function checkKeyPair([type, options, ...rest]: unknown[]): unknown[] {
  if (typeof options !== "object" || options === null) return [type, options, ...rest];
  const given = copyOptions(options);
  for (const name of ["modulusLength", "primeLength"]) {
    const value = given[name];
    if (typeof value === "number" && value > maxKeyBits) {
      throw new RangeError(`Invalid ${name} ${value}: expected at most ${maxKeyBits}`);
    }
  }
  if (type === "rsa-pss") {
    expectAtLeast("modulusLength", given.modulusLength, minRsaBits);
    expectAtLeast("publicExponent", given.publicExponent, minRsaExponent);
    if (typeof given.publicExponent === "number" && given.publicExponent % 2 === 0) {
      throw new RangeError("Invalid publicExponent: expected an odd number");
    }
  } else if (type === "dh") {
    if (given.prime === undefined) expectAtLeast("primeLength", given.primeLength, minPrimeBits);
    else if (isZero(given.prime)) throw zeroPrime();
  }
  return [type, given, ...rest];
}

function expectAtLeast(name: string, value: unknown, least: number): void {
  if (typeof value === "number" && value < least) {
    throw new RangeError(`Invalid ${name} ${value}: expected at least ${least}`);
  }
}

// The runtime divides by the prime. The bytes of the prime may be changed after the object is
// created.
function guardDiffieHellman(prototype: object): void {
  const getPrime = Reflect.get(prototype, "getPrime") as AnyFunction;
  for (const name of ["generateKeys", "computeSecret"]) {
    replaceFunction(prototype, name, (original) =>
      function (...args) {
        // The arguments are copied. So they cannot run code between the check of the prime and its
        // use.
        const given = args.map(copyArgument);
        if (isZero(Reflect.apply(getPrime, this, []))) throw zeroPrime();
        return Reflect.apply(original, this, given);
      });
  }
}

function copyArgument(value: unknown): unknown {
  if (typeof value !== "object" && typeof value !== "function" || value === null) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value).slice();
  if (!ArrayBuffer.isView(value)) {
    throw new TypeError("Invalid argument: expected a string or a Buffer");
  }
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
}

function isZero(value: unknown): boolean {
  return ArrayBuffer.isView(value) &&
    new Uint8Array(value as Uint8Array).every((byte) => byte === 0);
}

function zeroPrime(): RangeError {
  return new RangeError("Invalid prime 0");
}

// A private Diffie-Hellman key may contain the prime 0. The runtime computes the public key with
// this prime.
function guardKeys(crypto: object): void {
  const createPrivateKey = Reflect.get(crypto, "createPrivateKey") as AnyFunction;
  const check = (input: unknown) => {
    const given = copyKeyInput(input);
    if (typeOf(createPrivateKey, given) === "dh") {
      throw new TypeError("Invalid key: Diffie-Hellman keys can be generated, not read");
    }
    return given;
  };
  for (const [name, index] of keyFunctions) {
    guardArguments(
      crypto,
      name,
      (args) => args.map((value, at) => at === index ? check(value) : value),
    );
  }
  for (const [name, method] of [["Sign", "sign"], ["Verify", "verify"]] as const) {
    guardArguments(Reflect.get(crypto, name).prototype, method, ([key, ...rest]) => [
      check(key),
      ...rest,
    ]);
  }
}

function copyKeyInput(input: unknown): unknown {
  const isOptions = typeof input === "object" && input !== null && "key" in input;
  return isOptions ? { ...input, key: input.key } : input;
}

function typeOf(createPrivateKey: AnyFunction, input: unknown): unknown {
  try {
    return Reflect.get(
      Reflect.apply(createPrivateKey, undefined, [input]) as object,
      "asymmetricKeyType",
    );
  } catch {
    return undefined;
  }
}
