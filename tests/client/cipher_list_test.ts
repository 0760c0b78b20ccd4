import { assertEquals } from "@std/assert";
import { parseCipherList } from "../../src/client/cipher_list.ts";
import { openssl } from "../openssl.ts";
import { isMissing } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const ECDSA = [
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
];
const RSA = ECDSA.map((name) => name.replace("ECDSA", "RSA"));
const ALL = [...ECDSA, ...RSA];
const only = (part: string) => ALL.filter((name) => name.includes(part));

/** Cipher lists and the suites that they allow. */
const LISTS: [string, string[]][] = [
  ["ALL:!MD5:@STRENGTH:@SECLEVEL=0", ALL],
  ["ALL", ALL],
  ["DEFAULT", ALL],
  ["DEFAULT:!aNULL", ALL],
  ["HIGH:!aNULL:!eNULL", ALL],
  ["HIGH !RC4 !3DES", ALL],
  ["ECDHE+AESGCM", only("GCM")],
  ["ECDHE+AESGCM:ECDHE+CHACHA20", ALL],
  ["EECDH+aRSA", RSA],
  ["aECDSA,aRSA", ALL],
  ["AES128", only("AES128")],
  ["ALL:!AES128", ALL.filter((name) => !name.includes("AES128"))],
  ["ALL:-ECDHE:AES256+ECDHE", only("AES256")],
  ["!CHACHA20:ALL", only("GCM")],
  ["+AES128:ECDHE-RSA-AES128-GCM-SHA256:+AES128", ["ECDHE-RSA-AES128-GCM-SHA256"]],
  ["made-up:TLSv1.2", ALL],
  ["!ALL:HIGH", []],
  ["ADH", []],
  ["ADH@SECLEVEL=0", []],
  ["AES256-SHA", []],
  ["kRSA:DHE:PSK", []],
  ["TLS_AES_256_GCM_SHA384", []],
  ["made-up", []],
  ["", []],
];

Deno.test(
  "parseCipherList() returns the suites that a list allows",
  { permissions: "none" },
  () => {
    for (const [list, expected] of LISTS) {
      assertEquals(parseCipherList(list).sort(), [...expected].sort(), list);
    }
  },
);

Deno.test(
  "parseCipherList() returns the same suites as openssl",
  { ignore: isMissing(openssl) },
  async () => {
    const words = [
      "ALL",
      "HIGH",
      "MEDIUM",
      "COMPLEMENTOFDEFAULT",
      "eNULL",
      "aNULL",
      "RSA",
      "aRSA",
      "kDHE",
      "EDH",
      "DH",
      "kECDHE",
      "kEECDH",
      "EECDH",
      "ECDH",
      "AECDH",
      "ECDSA",
      "TLSv1.2",
      "TLSv1.0",
      "SSLv3",
      "AES",
      "AESGCM",
      "AESCCM",
      "CHACHA20",
      "SHA256",
      "SHA384",
      "3DES",
      "CAMELLIA",
      "FIPS",
    ];
    const lists = [
      ...LISTS.map(([list]) => list),
      ...words,
      ...words.map((word) => `ALL:!${word}`),
      ...words.map((word) => `ALL:-${word}:ECDHE+${word}`),
    ];
    for (const list of lists.filter((list) => list !== "")) {
      const args = ["ciphers", "-s", "-tls1_2", list];
      const { stdout } = await runToEnd(openssl, { args, stderr: "null" });
      const theirs = new TextDecoder().decode(stdout).trim().split(":");
      assertEquals(
        parseCipherList(list).sort(),
        ALL.filter((name) => theirs.includes(name)).sort(),
        list,
      );
    }
  },
);
