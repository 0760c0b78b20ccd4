/**
 * The TLS 1.2 suites of rustls by their OpenSSL names, each with the keywords that select it in an
 * OpenSSL cipher list (`man 1 openssl-ciphers`). All of them require a certificate and have forward
 * secrecy and authenticated encryption.
 */
const SUITES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  ["ECDSA", "RSA"].flatMap((signature) =>
    ["AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES128-GCM-SHA256"].map((cipher) => {
      const name = `ECDHE-${signature}-${cipher}`;
      return [name, new Set([name, ...keyExchange(signature), ...encryption(cipher)])] as const;
    })
  ),
);

function keyExchange(signature: string): string[] {
  const common = ["ALL", "HIGH", "TLSv1.2"];
  const exchange = ["kECDHE", "kEECDH", "ECDHE", "EECDH", "ECDH"];
  return [...common, ...exchange, ...(signature === "RSA" ? ["aRSA"] : ["aECDSA", "ECDSA"])];
}

function encryption(cipher: string): string[] {
  if (cipher.startsWith("CHACHA20")) return ["CHACHA20"];
  return ["AES", "AESGCM", "FIPS", cipher.startsWith("AES256") ? "AES256" : "AES128"];
}

/**
 * Returns the supported suites that an OpenSSL cipher list allows, such as the value of
 * `check_nrpe -L`. A cipher list is about TLS 1.2 and older; it has no effect on the suites of
 * TLS 1.3. The server decides the order of preference, so `+`, `@STRENGTH` and `@SECLEVEL=n` are
 * ignored.
 *
 * @param list for example `ALL:!aNULL` or `ECDHE+AESGCM`
 * @returns the OpenSSL names of the allowed suites; empty if rustls supports no suite of the list,
 * for example for `ADH` or `AES256-SHA`
 */
export function parseCipherList(list: string): string[] {
  const allowed = new Set<string>();
  const banned = new Set<string>();
  // OpenSSL accepts this keyword only as the first word.
  for (const word of list.replace(/^DEFAULT(?=$|[:,; ])/, "ALL").split(/[:,; ]+/)) {
    const [, sign = "", selector = ""] = /^([!+-]?)(.*)$/.exec(word)!;
    if (sign === "+" || selector === "") continue;
    const keywords = selector.split("+");
    for (const [suite, tags] of SUITES) {
      if (!keywords.every((keyword) => tags.has(keyword))) continue;
      if (sign === "!") banned.add(suite);
      if (sign !== "") allowed.delete(suite);
      else if (!banned.has(suite)) allowed.add(suite);
    }
  }
  return [...allowed];
}
