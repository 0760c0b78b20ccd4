/** Successful calls of `crypto.subtle`, see `samples.ts`. */
import { each } from "./samples.ts";

const b = "new Uint8Array(16)";
const sub = "crypto.subtle";

const classic: [string, string[]][] = [
  [`${sub}.digest`, ['"SHA-256"', b]],
  ...([
    [
      "aesgcm",
      "{ name: 'AES-GCM', iv: new Uint8Array(12), additionalData: new Uint8Array(1), " +
      "tagLength: 128 }",
    ],
    ["aescbc", `{ name: "AES-CBC", iv: ${b} }`],
    ["aesctr", `{ name: "AES-CTR", counter: ${b}, length: 64 }`],
  ] as const).flatMap(([key, how]) =>
    each(["encrypt", "decrypt"], sub, how, `made.${key}`, "new Uint8Array(32)")
  ),
  [`${sub}.encrypt`, ['{ name: "RSA-OAEP", label: new Uint8Array(1) }', "made.rsa.publicKey", b]],
  [`${sub}.decrypt`, ['{ name: "RSA-OAEP" }', "made.rsa.privateKey", "new Uint8Array(128)"]],
  ...([
    ["ecdsa", '{ name: "ECDSA", hash: "SHA-256" }'],
    ["pss", '{ name: "RSA-PSS", saltLength: 8 }'],
    ["ed25519", '{ name: "Ed25519" }'],
  ] as const).flatMap(([key, how]): [string, string[]][] => [
    [`${sub}.sign`, [how, `made.${key}.privateKey`, b]],
    [`${sub}.verify`, [how, `made.${key}.publicKey`, "new Uint8Array(64)", b]],
  ]),
  [`${sub}.sign`, ['"HMAC"', "made.hmac", b]],
  [`${sub}.verify`, ['"HMAC"', "made.hmac", b, b]],
  [`${sub}.deriveBits`, [
    '{ name: "PBKDF2", hash: "SHA-1", salt: new Uint8Array(8), iterations: 1 }',
    "made.pbkdf2",
    "128",
  ]],
  [`${sub}.deriveBits`, [
    '{ name: "HKDF", hash: "SHA-1", salt: new Uint8Array(8), info: new Uint8Array(1) }',
    "made.hkdf",
    "128",
  ]],
  [`${sub}.deriveBits`, [
    '{ name: "ECDH", public: made.ecdh.publicKey }',
    "made.ecdh.privateKey",
    "8",
  ]],
  [`${sub}.deriveBits`, [
    '{ name: "X25519", public: made.x25519.publicKey }',
    "made.x25519.privateKey",
    "8",
  ]],
  ...([
    ["RSA-PSS", '["sign", "verify"]'],
    ["RSA-OAEP", '["encrypt", "decrypt"]'],
    ["ECDSA", '["sign", "verify"]'],
    ["ECDH", '["deriveBits"]'],
    ["HMAC", '["sign"]'],
    ["AES-CTR", '["encrypt"]'],
    ["Ed25519", '["sign"]'],
    ["X25519", '["deriveBits"]'],
  ] as const).map(([name, uses]): [string, string[]] => [`${sub}.generateKey`, [
    `{ name: "${name}", modulusLength: 512, publicExponent: new Uint8Array([1, 0, 1]), ` +
    `hash: "SHA-256", namedCurve: "P-256", length: 128 }`,
    "true",
    uses,
  ]]),
  ...["raw", "jwk", "spki", "pkcs8"].flatMap((format): [string, string[]][] =>
    ([
      ["ECDSA", "made.nodeec"],
      ["ECDH", "made.nodeec"],
      ["RSA-PSS", "made.nodersa"],
      ["Ed25519", "made.nodeed"],
      ["X25519", "made.nodex"],
      ["AES-CBC", ""],
      ["HMAC", ""],
    ] as const).map(([name, key]) => [`${sub}.importKey`, [
      `"${format}"`,
      key === "" || format === "raw"
        ? b
        : format === "jwk"
        ? `${key}.publicKey.export({ format: "jwk" })`
        : `${key}.${format === "spki" ? "publicKey" : "privateKey"}` +
          `.export({ format: "der", type: "${format}" })`,
      `{ name: "${name}", hash: "SHA-256", namedCurve: "P-256", length: 128 }`,
      "true",
      "[]",
    ]])
  ),
  ...["raw", "jwk", "spki", "pkcs8"].map((format): [string, string[]] => [
    `${sub}.exportKey`,
    [`"${format}"`, "made.ecdsa.publicKey"],
  ]),
  [`${sub}.wrapKey`, ['"raw"', "made.aesgcm", "made.aeskw", '"AES-KW"']],
  [`${sub}.unwrapKey`, [
    '"raw"',
    "new Uint8Array(24)",
    "made.aeskw",
    '"AES-KW"',
    '"AES-GCM"',
    "true",
    '["encrypt"]',
  ]],
];

const modern: [string, string[]][] = [
  ...["cSHAKE128", "TurboSHAKE256", "KT128"].map((name): [string, string[]] => [
    `${sub}.digest`,
    [`{ name: "${name}", outputLength: 64, length: 64, domainSeparation: 31 }`, b],
  ]),
  ...[
    ...[["ML-KEM-512", '["encapsulateBits", "decapsulateBits"]'], ["ML-DSA-44", '["sign"]']],
    ...[["X448", '["deriveBits"]'], ["KMAC128", '["sign"]'], ["AES-OCB", '["encrypt"]']],
    ...[["ChaCha20-Poly1305", '["encrypt"]'], ["SLH-DSA-SHA2-128f", '["sign"]']],
  ].map(([name, uses]): [string, string[]] => [
    `${sub}.generateKey`,
    [`{ name: "${name}", length: 128 }`, "true", uses!],
  ]),
  ...["raw-secret", "raw-seed", "raw-public", "pkcs8", "jwk"].flatMap((format) =>
    ["ML-KEM-512", "ML-DSA-44", "X448", "KMAC128", "Argon2id", "AES-OCB", "SLH-DSA-SHA2-128f"].map(
      (name): [string, string[]] => [`${sub}.importKey`, [
        `"${format}"`,
        format === "jwk"
          ? `{ kty: "AKP", alg: "${name}", pub: "AAAA", priv: "AAAA", k: "AAAA", x: "AAAA" }`
          : "new Uint8Array(64)",
        `{ name: "${name}", length: 128 }`,
        "true",
        "[]",
      ]],
    )
  ),
  [`${sub}.getPublicKey`, ["made.mlkem.privateKey", "[]"]],
  [`${sub}.encapsulateBits`, ['"ML-KEM-512"', "made.mlkem.publicKey"]],
  [`${sub}.decapsulateBits`, ['"ML-KEM-512"', "made.mlkem.privateKey", "new Uint8Array(768)"]],
  [`${sub}.encapsulateKey`, [
    ...['"ML-KEM-512"', "made.mlkem.publicKey", '{ name: "AES-GCM", length: 256 }', "true"],
    '["encrypt"]',
  ]],
  [`${sub}.sign`, [
    '{ name: "ML-DSA-44", context: new Uint8Array(4) }',
    "made.mldsa.privateKey",
    b,
  ]],
  [`${sub}.sign`, ['"RSASSA-PKCS1-v1_5"', "made.rsassa.privateKey", b]],
  [`${sub}.deriveKey`, [
    '{ name: "PBKDF2", hash: "SHA-1", salt: new Uint8Array(8), iterations: 1 }',
    "made.pbkdf2key",
    '{ name: "AES-CBC", length: 128, hash: "SHA-1" }',
    "true",
    '["encrypt"]',
  ]],
  ["SubtleCrypto.supports", ['"digest"', '"SHA-1"', "8"]],
];

/** The calls, each with its arguments. */
export const subtleSamples: readonly (readonly [name: string, args: readonly string[]])[] = [
  ...classic,
  ...modern,
];
