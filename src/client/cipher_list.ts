/**
 * The TLS 1.2 suites of rustls by their OpenSSL names, each with the keywords that an OpenSSL cipher
 * list may select it by (`man 1 openssl-ciphers`). None is anonymous, none lacks forward secrecy,
 * none is older than authenticated encryption.
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
 * Evaluates an OpenSSL cipher list, as `check_nrpe -L` takes it, over the suites that exist here.
 * Such a list is about TLS 1.2 and older; it never concerns the suites of TLS 1.3. The order of
 * preference is left to the server, and so are `+`, `@STRENGTH` and `@SECLEVEL=n`.
 *
 * @param list for example `ALL:!aNULL` or `ECDHE+AESGCM`
 * @returns the OpenSSL names of the suites that the list allows; none where it names only what
 * rustls lacks, such as `ADH` or `AES256-SHA`
 */
export function parseCipherList(list: string): string[] {
  const allowed = new Set<string>();
  const banned = new Set<string>();
  // OpenSSL knows this keyword as the first word only.
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
