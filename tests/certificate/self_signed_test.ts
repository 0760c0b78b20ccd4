import { X509Certificate } from "node:crypto";
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { certificateDates, fingerprint } from "../../src/certificate/certificate.ts";
import { createSelfSigned } from "../../src/certificate/self_signed.ts";
import { tools } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const permissions = "none";
const DAY = 86_400_000;

Deno.test("createSelfSigned() creates a server certificate without permissions", {
  permissions,
}, async () => {
  const names = ["monitored.example", "192.0.2.1", "2001:db8::1", "localhost"];
  const { cert, key } = await createSelfSigned({ names, days: 30 });
  assertMatch(key, /^-----BEGIN PRIVATE KEY-----\n[^-]+\n-----END PRIVATE KEY-----\n$/);
  assertMatch(cert, /^-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----\n$/);
  const { ca, subject, subjectAltName, fingerprint256 } = new X509Certificate(cert);
  assertEquals([ca, subject], [false, "CN=monitored.example"]);
  for (const name of ["DNS:monitored.example", "IP Address:192.0.2.1", "DNS:localhost"]) {
    assert(subjectAltName?.includes(name), subjectAltName);
  }
  assertEquals(await fingerprint(`${key}${cert}`), fingerprint256);
  const { notBefore, notAfter } = await certificateDates(cert);
  assert(notBefore.getTime() < Date.now());
  assert(Math.abs(notAfter.getTime() - Date.now() - 30 * DAY) < DAY);
});

Deno.test(
  "createSelfSigned() creates a new key and serial number each time",
  { permissions },
  async () => {
    const [a, b] = await Promise.all([1, 2].map(() => createSelfSigned({ names: ["a"] })));
    assertNotEquals(
      new X509Certificate(a!.cert).serialNumber,
      new X509Certificate(b!.cert).serialNumber,
    );
    assertNotEquals(a!.key, b!.key);
  },
);

Deno.test(
  "createSelfSigned() shortens a common name that is too long",
  { permissions },
  async () => {
    const name = `${"a".repeat(60)}.${"b".repeat(60)}.example`;
    const { cert } = await createSelfSigned({ names: [name] });
    const { subject, subjectAltName } = new X509Certificate(cert);
    assertEquals(subject, `CN=${name.slice(0, 64)}`);
    assertEquals(subjectAltName, `DNS:${name}`);
  },
);

Deno.test("createSelfSigned() refuses invalid names and lifetimes", { permissions }, async () => {
  for (const names of [[], ["größe.example"], ["a b"], [""]]) {
    await assertRejects(() => createSelfSigned({ names }), RangeError);
  }
  for (const days of [0, -1, NaN, 40_000]) {
    await assertRejects(() => createSelfSigned({ names: ["a"], days }), RangeError);
  }
});

Deno.test("openssl accepts a self-signed certificate as valid X.509 version 3", {
  ignore: tools.openssl === undefined,
}, async () => {
  const { cert } = await createSelfSigned({ names: ["a.example"] });
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, cert);
    const run = async (...args: string[]) => {
      const { stdout } = await runToEnd(tools.openssl!, { args });
      return new TextDecoder().decode(stdout);
    };
    assertEquals(await run("verify", "-x509_strict", "-CAfile", file, file), `${file}: OK\n`);
    const text = await run("x509", "-noout", "-text", "-in", file);
    assertMatch(text, /Version: 3 /);
    assertMatch(text, /Digital Signature/);
    assertMatch(text, /TLS Web Server Authentication/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("fingerprint() and certificateDates() refuse malformed certificates", {
  permissions,
}, async () => {
  const damaged = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----";
  for (const text of ["", "MIIB", damaged]) {
    await assertRejects(() => fingerprint(text), SyntaxError);
    await assertRejects(() => certificateDates(text), SyntaxError);
  }
});
