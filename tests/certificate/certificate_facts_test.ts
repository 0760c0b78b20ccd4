import { assertEquals, assertRejects } from "@std/assert";
import { readCertificate } from "../../src/certificate/certificate_facts.ts";
import { createSelfSigned } from "../../src/certificate/self_signed.ts";
import { certificateFolder, runOpenssl, versionOne, type Wish } from "../openssl.ts";
import { tools } from "../tools.ts";

const ignore = tools.openssl === undefined;

Deno.test("readCertificate() reads the contents of a certificate from PEM and DER", {
  permissions: "none",
}, async () => {
  const names = ["a.example", "192.0.2.1", "2001:db8::1"];
  const { cert } = await createSelfSigned({ names });
  const facts = await readCertificate(cert);
  const { notBefore, notAfter, fingerprint, ...rest } = facts;
  assertEquals(rest, {
    version: 3,
    subject: "CN=a.example",
    issuer: "CN=a.example",
    selfIssued: true,
    names,
    key: { name: "EC P-256" },
    signature: { name: "ECDSA with SHA-256", broken: false },
    authority: false,
    usages: ["digitalSignature"],
    purposes: ["serverAuth"],
  });
  assertEquals([notBefore < notAfter, fingerprint.length], [true, 95]);
  const der = Uint8Array.fromBase64(cert.replaceAll(/-----[^-]+-----/g, ""));
  assertEquals(await readCertificate(der), facts);
});

Deno.test("readCertificate() reads key types that rustls refuses, with the reason", {
  ignore,
}, async () => {
  await using folder = await certificateFolder();
  const unknown = { name: "unknown", weakness: "a key of an unsupported type (unknown)" };
  const rows: [wish: Partial<Wish>, key: unknown, signature?: string][] = [
    [{ newkey: ["rsa:1024"] }, {
      name: "RSA 1024 bits",
      weakness: "an RSA key of less than 2048 bits",
    }, "RSA with SHA-256"],
    [{ newkey: ["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"] }, unknown, "RSA-PSS with SHA-256"],
    [{ newkey: ["ed25519"] }, { name: "Ed25519" }],
    [{ newkey: ["ed448"] }, {
      name: "ed448",
      weakness: "a key of an unsupported type (ed448)",
    }],
    [
      {
        newkey: [
          ...["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
          ...["-pkeyopt", "ec_param_enc:explicit"],
        ],
      },
      unknown,
    ],
  ];
  for (const [index, [wish, key, signature]] of rows.entries()) {
    const made = await folder.issue(`${index}`, { subject: "/O=Ops, Inc/CN=a", ...wish });
    const facts = await readCertificate(made.cert);
    assertEquals(facts.key, key);
    if (signature !== undefined) assertEquals(facts.signature, { name: signature, broken: false });
    assertEquals(facts.subject, "CN=a,O=Ops\\, Inc");
  }
});

Deno.test("readCertificate() reports the version and broken hashes", {
  ignore,
}, async () => {
  await using folder = await certificateFolder();
  const newkey = ["rsa:2048"];
  const ca = await folder.issue("ca", { subject: "/CN=ca", newkey });
  const old = await folder.issue("old", { subject: "/CN=a", issuer: ca });
  for (const hash of ["md5", "sha1"]) {
    const request = ["-in", `${folder.path}/old.csr`, "-out", old.certFile, `-${hash}`];
    await runOpenssl(await versionOne(request, ["-CA", ca.certFile, "-CAkey", ca.keyFile]));
    const { version, signature } = await readCertificate(await Deno.readTextFile(old.certFile));
    const name = hash === "md5" ? "RSA with MD5" : "RSA with SHA-1";
    assertEquals([version, signature], [1, { name, broken: true }]);
  }
});

Deno.test("readCertificate() refuses malformed certificates", { permissions: "none" }, async () => {
  const { cert, key } = await createSelfSigned({ names: ["a"] });
  const damaged = cert.replace(/\n.{40}/, `\n${"A".repeat(40)}`);
  for (const bad of ["", key, damaged, new Uint8Array(), Uint8Array.of(0x30, 0x80, 0)]) {
    await assertRejects(() => readCertificate(bad), SyntaxError, "Cannot read certificate");
  }
});
