import { X509Certificate } from "node:crypto";
import { assertEquals, assertMatch } from "@std/assert";
import { splitPem, whyUntrusted } from "../../src/net/certificate_chain.ts";
import { AUTHORITY, certificateFolder, openssl, SERVER } from "../openssl.ts";
import { isMissing } from "../tools.ts";

const ignore = isMissing(openssl);

Deno.test("whyUntrusted() trusts only certificates that a trusted CA has signed", {
  ignore,
}, async () => {
  await using folder = await certificateFolder();
  const { issue } = folder;
  const ca = await issue("ca", { subject: "/CN=Authority", extensions: AUTHORITY });
  const impostor = await issue("impostor", { subject: "/CN=Authority", extensions: AUTHORITY });
  const other = await issue("other", { subject: "/CN=Other", extensions: AUTHORITY });
  const middle = await issue("middle", {
    subject: "/CN=Middle",
    issuer: ca,
    extensions: AUTHORITY,
  });
  const leaf = await issue("leaf", { subject: "/CN=a", issuer: ca, extensions: SERVER });
  const old = await issue("old", { subject: "/CN=a", issuer: ca });
  const forged = await issue("forged", { subject: "/CN=a", issuer: impostor });
  const below = await issue("below", { subject: "/CN=a", issuer: middle, extensions: SERVER });
  const usurped = await issue("usurped", { subject: "/CN=b", issuer: leaf, extensions: SERVER });
  const rsa = await issue("rsa", { subject: "/CN=R", newkey: ["rsa:2048"], extensions: AUTHORITY });
  const ed = await issue("ed", { subject: "/CN=E", newkey: ["ed25519"], extensions: AUTHORITY });
  const byRsa = await issue("by-rsa", { subject: "/CN=a", issuer: rsa });
  const byEd = await issue("by-ed", { subject: "/CN=a", issuer: ed });
  const alone = await issue("alone", { subject: "/CN=alone" });

  const read = ({ cert }: { cert: string }) => new X509Certificate(cert);
  const cases: [string, { cert: string }[], { cert: string }[], RegExp | undefined][] = [
    ["signed", [leaf], [ca], undefined],
    ["signed by one of several CAs", [leaf], [other, impostor, ca], undefined],
    ["X.509 version 1", [old], [ca], undefined],
    ["signed with RSA", [byRsa], [rsa], undefined],
    ["signed with Ed25519", [byEd], [ed], undefined],
    ["through an intermediate", [below, middle], [ca], undefined],
    ["through an intermediate that is itself trusted", [below], [middle], undefined],
    ["itself trusted", [alone], [alone], undefined],
    ["signed by another CA", [leaf], [other], /"CN=a" is not signed by a trusted CA$/],
    ["signed by a CA of the same name", [leaf], [impostor], /is not signed by a trusted CA$/],
    ["version 1, by a CA of the same name", [forged], [ca], /is not signed by a trusted CA$/],
    ["without the intermediate", [below], [ca], /is not signed by a trusted CA$/],
    ["not signed by a CA", [usurped, leaf], [ca], /is not signed by a trusted CA$/],
    [
      "signed by a trusted certificate that is not a CA",
      [usurped],
      [leaf],
      /is not signed by a tr/,
    ],
    ["self-signed", [alone], [ca], /"CN=alone" is not signed by a trusted CA$/],
    ["no certificate", [], [ca], /^the peer sent no certificate/],
  ];
  for (const [label, chain, authorities, expected] of cases) {
    const reason = whyUntrusted(chain.map(read), authorities.map(read), new Date());
    if (expected === undefined) assertEquals(reason, undefined, label);
    else assertMatch(reason ?? "trusted", expected, label);
  }

  const day = 86_400_000;
  const at = (days: number) => new Date(Date.now() + days * day);
  assertMatch(whyUntrusted([read(leaf)], [read(ca)], at(8)) ?? "", /"CN=a" expired at /);
  assertMatch(whyUntrusted([read(leaf)], [read(ca)], at(-1)) ?? "", /"CN=a" is not valid before /);
  const brief = await issue("brief", { subject: "/CN=c", issuer: ca, days: 30 });
  assertMatch(whyUntrusted([read(brief)], [read(ca)], at(8)) ?? "", /"CN=Authority" expired/);
});

Deno.test(
  "splitPem() finds every certificate among other contents",
  { permissions: "none" },
  () => {
    const one = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----";
    const key = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----";
    assertEquals(splitPem(`subject=CN=a\r\n${one}\n${key}\n\n# note\n${one}\n`), [one, one]);
    assertEquals(splitPem(key), []);
    assertEquals(splitPem("-----BEGIN CERTIFICATE-----\nMAA="), []);
  },
);
