import { assertEquals, assertRejects } from "@std/assert";
import { listen } from "../../src/net/listen.ts";
import { readTlsMaterial } from "../../src/net/tls_material.ts";
import type { TlsServerOptions } from "../../src/net/tls_options.ts";
import { createSelfSigned } from "../../src/certificate/self_signed.ts";
import { certificateFolder, runOpenssl, SERVER } from "../openssl.ts";
import { tools } from "../tools.ts";
import { answering, askTls, HOST, listening } from "./listening.ts";

/** The block that `openssl ecparam -genkey` writes before the key. */
const P256_PARAMETERS =
  "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

const ignore = tools.openssl === undefined;

Deno.test(
  "A listener serves every usual type of key in every usual format",
  { ignore },
  async () => {
    await using folder = await certificateFolder();
    const kinds: [name: string, newkey: string[]][] = [
      ["rsa", ["rsa:2048"]],
      ["p256", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]],
      ["p384", ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]],
      ["p521", ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"]],
      ["ed25519", ["ed25519"]],
    ];
    for (const [name, newkey] of kinds) {
      const { cert, key, keyFile } = await folder.issue(name, {
        subject: "/CN=a",
        extensions: SERVER,
        newkey,
      });
      const keys = [key, key.replaceAll("\n", "\r\n"), `${cert}\n${key}`];
      if (name !== "ed25519") {
        const file = `${folder.path}/${name}.traditional`;
        await runOpenssl(["pkey", "-in", keyFile, "-traditional", "-out", file]);
        const traditional = await Deno.readTextFile(file); // PKCS#1 or SEC1
        keys.push(traditional);
        if (name === "p256") keys.push(P256_PARAMETERS + traditional);
      }
      for (const form of keys) {
        await using server = await listening(answering("fine"), { tls: { cert, key: form } });
        assertEquals((await askTls(server.port, "query\n")).answer, "6 fine", name);
      }
    }
  },
);

Deno.test("A listener serves an X.509 version 1 certificate", { ignore }, async () => {
  await using folder = await certificateFolder();
  const ca = await folder.issue("ca", { subject: "/CN=ca" });
  const { cert, key } = await folder.issue("old", { subject: "/CN=old", issuer: ca });
  await using server = await listening(answering("fine"), { tls: { cert: cert + ca.cert, key } });
  assertEquals((await askTls(server.port, "query\n")).answer, "6 fine");
});

Deno.test("listen() reports why a certificate, key or CA is refused", {
  ignore,
}, async () => {
  await using folder = await certificateFolder();
  const { path, issue } = folder;
  const own = await issue("own", { subject: "/CN=a", extensions: SERVER });
  const other = await issue("other", { subject: "/CN=b", extensions: SERVER });
  const rsa = await issue("rsa", { subject: "/CN=c", newkey: ["rsa:2048"] });
  const small = await issue("small", { subject: "/CN=c", newkey: ["rsa:1024"] });
  const curve = ["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"];
  const odd = await issue("odd", { subject: "/CN=c", newkey: curve });
  const pss = await issue("pss", {
    subject: "/CN=c",
    newkey: ["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
  });
  const encrypt = async (name: string, ...args: string[]) => {
    const file = `${path}/${name}`;
    await runOpenssl([
      "pkey",
      "-in",
      rsa.keyFile,
      "-aes128",
      "-passout",
      "pass:x",
      "-out",
      file,
      ...args,
    ]);
    return await Deno.readTextFile(file);
  };
  const damaged = own.cert.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA");
  const { cert, key } = own;

  const rows: [tls: TlsServerOptions, message: string][] = [
    [{ cert: "", key }, "TLS certificate: expected a certificate in PEM format"],
    [{ cert: key, key }, "TLS certificate: expected a certificate in PEM format"],
    [{ cert: damaged, key }, "TLS certificate: certificate 1 of 1 is damaged"],
    [{ cert: cert + damaged, key }, "TLS certificate: certificate 2 of 2 is damaged"],
    [{ cert, key: "" }, "TLS key: expected a private key in PEM format"],
    [{ cert, key: cert }, "TLS key: expected a private key in PEM format"],
    [
      { cert, key: key.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA") },
      "TLS key: it is damaged, or its type is not supported",
    ],
    [{ cert, key: other.key }, "TLS key: it does not belong to the certificate"],
    [{ cert, key: rsa.key }, "TLS key: it does not belong to the certificate"],
    [
      { cert: other.cert + cert, key },
      "TLS certificate: the server certificate must come first, before those of CAs",
    ],
    ...[await encrypt("pkcs8"), await encrypt("legacy", "-traditional")].map((
      encrypted,
    ): [TlsServerOptions, string] => [
      { cert: rsa.cert, key: encrypted },
      'TLS key: it is encrypted; decrypt it with "openssl pkey -in KEY -out NEW"',
    ]),
    [small, "TLS key: expected an RSA key of 2048 bits or more, got 1024"],
    [odd, "TLS key: expected an EC key on P-256, P-384 or P-521, got one on secp256k1"],
    [pss, 'TLS key: expected an RSA, EC or Ed25519 key, got type "rsa-pss"'],
    [
      { cert, key, clientCertificates: "require" },
      "TLS CA: it is missing, but required to verify client certificates",
    ],
    [{ cert, key, ca: "" }, "TLS CA: expected a certificate in PEM format"],
  ];
  for (const [tls, message] of rows) {
    const error = await assertRejects(() => listen({ hostname: HOST, port: 0, tls }), TypeError);
    assertEquals(error.message, `Cannot use ${message}`);
  }
});

Deno.test("readTlsMaterial() needs no permission", { permissions: "none" }, async () => {
  const { chain, authorities } = await readTlsMaterial(await createSelfSigned({ names: ["a"] }));
  assertEquals([chain.map(({ subject }) => subject), authorities], [["CN=a"], []]);
});
