/** Cipher suites with a server certificate; many, so that every server supports one of them. */
const CERTIFIED = [
  ...[0xc02b, 0xc02c, 0xcca9, 0xc023, 0xc024, 0xc009, 0xc00a], // ECDHE-ECDSA
  ...[0xc02f, 0xc030, 0xcca8, 0xc027, 0xc028, 0xc013, 0xc014], // ECDHE-RSA
  ...[0x009e, 0x009f, 0xccaa, 0x0067, 0x006b, 0x0033, 0x0039], // DHE-RSA
  ...[0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0x000a], // RSA
];

/** Cipher suites of anonymous Diffie-Hellman, ADH and AECDH, by their names in OpenSSL. */
const ANONYMOUS: Readonly<Record<string, number>> = {
  "ADH-AES256-GCM-SHA384": 0x00a7,
  "ADH-AES128-GCM-SHA256": 0x00a6,
  "ADH-AES256-SHA256": 0x006d,
  "ADH-AES128-SHA256": 0x006c,
  "ADH-AES256-SHA": 0x003a,
  "ADH-AES128-SHA": 0x0034,
  "AECDH-AES256-SHA": 0xc019,
  "AECDH-AES128-SHA": 0xc018,
};

/** RFC 8422: x25519 and the NIST curves. */
const GROUPS = [0x001d, 0x0017, 0x0018, 0x0019];

/** RFC 8446, section 4.2.3: all signature algorithms of servers, including SHA-1. */
const SIGNATURES = [
  ...[0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806],
  ...[0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201],
];

/**
 * Encodes the first message of a TLS 1.2 client. In TLS 1.2, the answer of a server is not
 * encrypted. It shows the certificate, and whether the server requests a client certificate.
 * `node:tls` does not report the request.
 *
 * @param suites cipher suites with or without certificates
 * @param serverName the host name to send to the server; omitted for an address
 * @returns a TLS record
 */
export function encodeClientHello(
  suites: "certified" | "anonymous",
  serverName?: string,
): Uint8Array<ArrayBuffer> {
  const offered = suites === "certified" ? CERTIFIED : Object.values(ANONYMOUS);
  const name = new TextEncoder().encode(serverName ?? "");
  const extensions = [
    ...(name.length === 0 ? [] : extension(0, block(2, [0, ...block(2, [...name])]))),
    ...extension(10, block(2, GROUPS.flatMap(uint16))),
    ...extension(11, [1, 0]), // uncompressed points
    ...extension(13, block(2, SIGNATURES.flatMap(uint16))),
    ...extension(23, []), // extended master secret
    ...extension(0xff01, [0]), // secure renegotiation
  ];
  const body = [
    ...[3, 3],
    ...crypto.getRandomValues(new Uint8Array(32)),
    0, // no session
    ...block(2, offered.flatMap(uint16)),
    ...[1, 0], // no compression
    ...block(2, extensions),
  ];
  return Uint8Array.from([22, 3, 1, ...block(2, [1, ...block(3, body)])]);
}

/**
 * Returns the name of an anonymous Diffie-Hellman cipher suite.
 *
 * @param suite its number
 * @returns its name in OpenSSL; undefined for another suite
 */
export function anonymousSuite(suite: number): string | undefined {
  return Object.keys(ANONYMOUS).find((name) => ANONYMOUS[name] === suite);
}

function extension(type: number, content: number[]): number[] {
  return [...uint16(type), ...block(2, content)];
}

/** Prefixes content with its length, in `size` bytes. */
function block(size: 2 | 3, content: number[]): number[] {
  const { length } = content;
  return [...(size === 3 ? [length >> 16] : []), ...uint16(length & 0xffff), ...content];
}

function uint16(value: number): number[] {
  return [value >> 8, value & 0xff];
}
