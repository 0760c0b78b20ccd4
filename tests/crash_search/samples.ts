/**
 * Successful calls, as expressions. Random arguments rarely pass the first check of a function. So
 * the search replaces each argument and each option of these calls in turn.
 */

const c = 'node("crypto")';
const b = "new Uint8Array(16)";

/** Returns calls of several functions with the same arguments. */
export function each(
  names: readonly string[],
  owner: string,
  ...args: string[]
): [string, string[]][] {
  return names.map((name) => [`${owner}.${name}`, args]);
}

const zlib = [
  ...["gzip", "gunzip", "deflate", "inflate", "deflateRaw", "inflateRaw", "unzip"],
  ...["brotliCompress", "brotliDecompress", "zstdCompress", "zstdDecompress"],
];

const zlibOptions = "{ level: 1, windowBits: 15, memLevel: 8, strategy: 0, chunkSize: 1024, " +
  "maxOutputLength: 1e6, dictionary: new Uint8Array(4), flush: 0, finishFlush: 4, params: {} }";

const cryptoCalls: [string, string[]][] = [
  [`${c}.createHash`, ['"sha256"', "{ outputLength: 32 }"]],
  [`${c}.createHash`, ['"shake256"', "{ outputLength: 32 }"]],
  [`${c}.createHmac`, ['"sha256"', b, "{}"]],
  [`${c}.hash`, ['"sha256"', '"x"', '"hex"']],
  ...each(["createCipheriv", "createDecipheriv"], c, '"aes-128-cbc"', b, b, "{}"),
  ...each(
    ["createCipheriv", "createDecipheriv"],
    c,
    '"aes-256-gcm"',
    "new Uint8Array(32)",
    "new Uint8Array(12)",
    "{ authTagLength: 16 }",
  ),
  [`${c}.createDiffieHellman`, ["Buffer.from([23])", "Buffer.from([5])"]],
  [`${c}.createDiffieHellman`, ['"17"', '"hex"', '"05"', '"hex"']],
  [`${c}.createDiffieHellman`, ["64", "2"]],
  [`${c}.createDiffieHellmanGroup`, ['"modp1"']],
  [`${c}.createECDH`, ['"prime256v1"']],
  [`${c}.ECDH.convertKey`, ["made.point", '"prime256v1"', "undefined", '"hex"', '"compressed"']],
  [`${c}.pbkdf2Sync`, ['"p"', '"s"', "1", "16", '"sha1"']],
  [`${c}.pbkdf2`, ['"p"', '"s"', "1", "16", '"sha1"', "() => {}"]],
  [`${c}.scryptSync`, ['"p"', '"s"', "16", "{ N: 16, r: 1, p: 1, maxmem: 1e6 }"]],
  [`${c}.scrypt`, ['"p"', '"s"', "16", "{ N: 16, r: 1, p: 1, maxmem: 1e6 }", "() => {}"]],
  [`${c}.hkdfSync`, ['"sha1"', '"k"', '"s"', '"i"', "16"]],
  [`${c}.hkdf`, ['"sha1"', '"k"', '"s"', '"i"', "16", "() => {}"]],
  [`${c}.argon2Sync`, [
    '"argon2id"',
    "{ message: 'a', nonce: new Uint8Array(8), parallelism: 1, " +
    "tagLength: 8, memory: 8, passes: 1 }",
  ]],
  [`${c}.randomBytes`, ["8"]],
  [`${c}.randomBytes`, ["8", "() => {}"]],
  [`${c}.randomFillSync`, [b, "0", "8"]],
  [`${c}.randomFill`, [b, "0", "8", "() => {}"]],
  [`${c}.randomInt`, ["0", "9"]],
  [`${c}.randomUUID`, ["{ disableEntropyCache: true }"]],
  [`${c}.timingSafeEqual`, [b, b]],
  [`${c}.generatePrimeSync`, ["16", "{ safe: false, add: 4n, rem: 1n, bigint: true }"]],
  [`${c}.generatePrimeSync`, ["16", "{ safe: true }"]],
  [`${c}.generatePrimeSync`, ["16", "{ add: Buffer.from([4]), rem: Buffer.from([1]) }"]],
  [`${c}.generatePrime`, ["16", "{ safe: false, add: 4n, rem: 1n, bigint: true }", "() => {}"]],
  [`${c}.generatePrime`, ["16", "() => {}"]],
  [`${c}.checkPrimeSync`, ["7n", "{ checks: 1 }"]],
  [`${c}.checkPrimeSync`, ["Buffer.from([7])", "{ checks: 1 }"]],
  [`${c}.checkPrime`, ["7n", "{ checks: 1 }", "() => {}"]],
  ...["rsa", "rsa-pss", "dsa", "ec", "ed25519", "x25519", "dh"].map((kind) =>
    [`${c}.generateKeyPairSync`, [
      `"${kind}"`,
      kind === "dh"
        ? "{ prime: Buffer.from([23]), primeLength: undefined, generator: 2 }"
        : '{ modulusLength: 512, publicExponent: 65537, divisorLength: 160, namedCurve: "P-256", ' +
          'hashAlgorithm: "sha1", mgf1HashAlgorithm: "sha1", saltLength: 8, paramEncoding: "named" }',
    ]] as [string, string[]]
  ),
  [`${c}.generateKeyPair`, ['"ec"', '{ namedCurve: "P-256" }', "() => {}"]],
  [`${c}.generateKeyPair`, ['"rsa"', "{ modulusLength: 512, publicExponent: 3 }", "() => {}"]],
  [`${c}.generateKeyPair`, ['"dh"', "{ primeLength: 32, generator: 2 }", "() => {}"]],
  [`${c}.generateKeySync`, ['"aes"', "{ length: 128 }"]],
  [`${c}.generateKeySync`, ['"hmac"', "{ length: 64 }"]],
  [`${c}.generateKey`, ['"hmac"', "{ length: 64 }", "() => {}"]],
  [`${c}.createSecretKey`, ['"00"', '"hex"']],
  [`${c}.createPublicKey`, ['{ key: made.jwk, format: "jwk" }']],
  [`${c}.createPublicKey`, ['{ key: made.spki, format: "der", type: "spki" }']],
  [`${c}.createPrivateKey`, ['{ key: made.pkcs8, format: "der", type: "pkcs8", passphrase: "" }']],
  ...["rsa", "ec", "ed", "dsa"].flatMap((kind): [string, string[]][] => [
    [`${c}.sign`, [
      '"sha256"',
      b,
      `{ key: made.node${kind}.privateKey, padding: 6, saltLength: 8, dsaEncoding: "der" }`,
    ]],
    [`${c}.verify`, ['"sha256"', b, `made.node${kind}.publicKey`, b]],
  ]),
  ...each(
    ["publicEncrypt", "privateEncrypt", "publicDecrypt", "privateDecrypt"],
    c,
    '{ key: made.nodersa.privateKey, padding: 4, oaepHash: "sha1", oaepLabel: new Uint8Array(4) }',
    b,
  ),
  [`${c}.diffieHellman`, [
    "{ privateKey: made.nodeec.privateKey, publicKey: made.nodeec.publicKey }",
  ]],
  [`${c}.diffieHellman`, [
    "{ privateKey: made.nodedh.privateKey, publicKey: made.nodedh.publicKey }",
  ]],
  [`${c}.diffieHellman`, [
    "{ privateKey: made.nodex.privateKey, publicKey: made.nodex.publicKey }",
  ]],
  [`${c}.X509Certificate`, ["made.pem"]],
  [`${c}.getRandomValues`, [b]],
  [`${c}.secureHeapUsed`, []],
];

/**
 * The calls, each with its arguments: functions of modules, functions of globals, and constructors.
 */
export const samples: readonly (readonly [name: string, args: readonly string[]])[] = [
  ...cryptoCalls,
  ...each(zlib.map((name) => `${name}Sync`), 'node("zlib")', "made.gzip", zlibOptions),
  ...each(zlib, 'node("zlib")', '"x"', zlibOptions, "() => {}"),
  ...zlib.map((name): [string, string[]] => [
    `node("zlib").create${name[0]!.toUpperCase()}${name.slice(1)}`,
    [zlibOptions],
  ]),
  ['node("zlib").crc32', ['"x"', "0"]],
];
