import { X509Certificate } from "node:crypto";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "../fast_check.ts";
import {
  createAuthority,
  issueCertificate,
  readAuthority,
} from "../../src/certificate/authority.ts";
import { readCertificate } from "../../src/certificate/certificate_facts.ts";
import { parseHostName } from "../../src/certificate/certificate_name.ts";
import { splitPem } from "../../src/net/certificate_chain.ts";
import { AUTHORITY, certificateFolder, openssl, SERVER } from "../openssl.ts";
import { tools } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const ignore = tools.openssl === undefined;
const DAY = 86_400_000;
const now = new Date();

async function run(args: string[]): Promise<string> {
  const { stdout, stderr } = await runToEnd(openssl, { args });
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

/** Writes texts to temporary files for openssl. */
async function files(...texts: string[]) {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  const paths = await Promise.all(texts.map(async (text, index) => {
    await Deno.writeTextFile(`${folder}/${index}`, text);
    return `${folder}/${index}`;
  }));
  return {
    paths: paths as [string, string, string],
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const HOST = { purpose: "server", commonName: "a.example", names: ["a.example"] } as const;

Deno.test("A CA signs server and client certificates without permissions", {
  permissions: "none",
}, async () => {
  const ca = await createAuthority('Größe "Inc" \\, #1', 3_650, now);
  const authority = await readAuthority(ca.cert, ca.key, now);
  assertEquals(authority.facts.subject, 'CN=Größe \\"Inc\\" \\\\\\, #1');
  assertEquals(authority.chain, "");
  const client = { purpose: "client", commonName: "monitor-1" } as const;
  for (const wish of [HOST, client]) {
    const { cert } = await issueCertificate({ ...wish, days: 397 }, authority, now);
    assertEquals(splitPem(cert).length, 1);
    const { subject, issuer, purposes, notBefore, notAfter } = await readCertificate(cert);
    assertEquals([subject, issuer], [`CN=${wish.commonName}`, authority.facts.subject]);
    assertEquals(purposes, [`${wish.purpose}Auth`]);
    assert(now.getTime() - notBefore.getTime() < DAY && notBefore < now);
    assertEquals(Math.round((notAfter.getTime() - now.getTime()) / DAY), 397);
    const { serialNumber } = new X509Certificate(cert);
    assertMatch(serialNumber, /^[4-7][0-9A-F]{31}$/);
  }
});

Deno.test("A certificate is valid only while its CA is valid", {
  permissions: "none",
}, async () => {
  const ca = await createAuthority("ca", 10, now);
  const authority = await readAuthority(ca.cert, ca.key, now);
  const { cert } = await issueCertificate({ ...HOST, days: 397 }, authority, now);
  const { notBefore, notAfter } = await readCertificate(cert);
  assertEquals([notBefore, notAfter], [authority.facts.notBefore, authority.facts.notAfter]);
});

Deno.test("openssl verify -x509_strict accepts each certificate only for its purpose", {
  ignore,
}, async () => {
  const ca = await createAuthority("ca", 36_500, now);
  const authority = await readAuthority(ca.cert, ca.key, now);
  const names = ["a.example", "*.b.example", "192.0.2.1", "2001:db8::192.0.2.1"];
  const host = await issueCertificate({ ...HOST, names, days: 397 }, authority, now);
  const client = await issueCertificate(
    { purpose: "client", commonName: "monitor-1", days: 397 },
    authority,
    now,
  );
  await using made = await files(ca.cert, host.cert, client.cert);
  const [caFile, hostFile, clientFile] = made.paths;
  const verify = ["verify", "-x509_strict", "-CAfile", caFile];
  assertEquals(await run([...verify, caFile]), `${caFile}: OK\n`);
  for (
    const [file, good, bad] of [
      [hostFile, "sslserver", "sslclient"],
      [clientFile, "sslclient", "sslserver"],
    ] as const
  ) {
    assertEquals(await run([...verify, "-purpose", good, file]), `${file}: OK\n`);
    assertMatch(await run([...verify, "-purpose", bad, file]), /unsuitable certificate purpose/);
  }
  const show = (file: string) => run(["x509", "-noout", "-text", "-in", file]);
  const expected: [file: string, parts: RegExp[]][] = [
    [caFile, [
      /Version: 3 /,
      /ecdsa-with-SHA256/,
      /Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/,
      /Key Usage: critical\s+Certificate Sign, CRL Sign\n/,
      /Subject Key Identifier/,
      /Authority Key Identifier/,
    ]],
    [hostFile, [
      /Version: 3 /,
      /NIST CURVE: P-256/,
      /Basic Constraints: critical\s+CA:FALSE\n/,
      /Key Usage: critical\s+Digital Signature\n/,
      /Extended Key Usage: \s+TLS Web Server Authentication\n/,
      /DNS:a\.example, DNS:\*\.b\.example, IP Address:192\.0\.2\.1, IP Address:2001:DB8:0:0:0:0:C000:201\n/,
      /Authority Key Identifier/,
    ]],
    [clientFile, [/Extended Key Usage: \s+TLS Web Client Authentication\n/]],
  ];
  for (const [file, parts] of expected) {
    const text = await show(file);
    for (const part of parts) assertMatch(text, part);
  }
});

Deno.test(
  "readAuthority() reads a CA that openssl created, and the CA can sign",
  { ignore },
  async (t) => {
    await using folder = await certificateFolder();
    const curve = ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"];
    const rows: [name: string, subject: string, newkey: string[]][] = [
      ["rsa", "/C=DE/O=Ops, Inc/OU=a/OU=b/CN=Größe CA/emailAddress=ca@example", ["rsa:2048"]],
      ["p384", "/CN=CA+O=Multi", curve],
    ];
    for (const [name, subject, newkey] of rows) {
      await t.step(name, async () => {
        const ca = await folder.issue(name, { subject, newkey, extensions: AUTHORITY });
        const authority = await readAuthority(ca.cert, ca.key, new Date());
        const host = await issueCertificate({ ...HOST, days: 1 }, authority, new Date());
        await using made = await files(host.cert);
        const [file] = made.paths;
        const verify = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", ca.certFile];
        assertEquals(await run([...verify, file]), `${file}: OK\n`);
        // rustls compares names by their bytes.
        const names = async (path: string) =>
          [...(await run(["asn1parse", "-in", path])).matchAll(/d=(\d) .*?: (\w+STRING) *:(.*)/g)]
            .map((match) => match.slice(1).join(" ")).filter((line) => line.startsWith("5 "));
        const [issuer, own] = [await names(file), await names(ca.certFile)];
        assert(own.length > 0);
        assertEquals(issuer.slice(0, own.length / 2), own.slice(0, own.length / 2));
      });
    }
    await t.step("A certificate includes its intermediate CA, but not the root", async () => {
      const root = await folder.issue("root", { subject: "/CN=root", extensions: AUTHORITY });
      const middle = await folder.issue("middle", {
        subject: "/CN=middle",
        issuer: root,
        extensions: AUTHORITY,
      });
      const authority = await readAuthority(middle.cert + root.cert, middle.key, new Date());
      const host = await issueCertificate({ ...HOST, days: 1 }, authority, new Date());
      const subjects = await Promise.all(splitPem(host.cert).map(readCertificate));
      assertEquals(subjects.map(({ subject }) => subject), ["CN=a.example", "CN=middle"]);
      await using made = await files(host.cert);
      const [file] = made.paths;
      const verify = ["verify", "-CAfile", root.certFile, "-untrusted", file, file];
      assertEquals(await run(verify), `${file}: OK\n`);
    });
  },
);

Deno.test("readAuthority() refuses a CA that cannot sign", { ignore }, async () => {
  await using folder = await certificateFolder();
  const ca = await createAuthority("ca", 10, now);
  const other = await createAuthority("ca", 10, now);
  const host = await folder.issue("host", { subject: "/CN=host", extensions: SERVER });
  const noSigner = await folder.issue("no-signer", {
    subject: "/CN=ca",
    extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=digitalSignature"],
  });
  const small = await folder.issue("small", {
    subject: "/CN=ca",
    newkey: ["rsa:1024"],
    extensions: AUTHORITY,
  });
  const edwards = await folder.issue("edwards", {
    subject: "/CN=ca",
    newkey: ["ed25519"],
    extensions: AUTHORITY,
  });
  const encrypted = `${folder.path}/encrypted.key`;
  await run(
    ["pkey", "-in", noSigner.keyFile, "-aes128", "-passout", "pass:x", "-out", encrypted],
  );
  const today = new Date();
  const later = new Date(now.getTime() + 11 * DAY);
  const earlier = new Date(now.getTime() - DAY);
  const rows: [cert: string, key: string, time: Date, reason: RegExp][] = [
    ["", ca.key, now, /^expected a certificate in PEM format$/],
    [ca.key, ca.key, now, /^expected a certificate in PEM format$/],
    [ca.cert.replace(/\n.{40}/, "\nAAAA"), ca.key, now, /^its certificate is damaged$/],
    [host.cert, host.key, today, /^it is not a CA: its basic constraints do not contain CA:TRUE$/],
    [noSigner.cert, noSigner.key, today, /^it is not a CA: its key usage does not contain keyCert/],
    [ca.cert, ca.key, later, /^it expired at 20/],
    [ca.cert, ca.key, earlier, /^it is not valid before 20/],
    [ca.cert, other.key, now, /^the key does not belong to the certificate$/],
    [ca.cert, ca.cert, now, /^expected its private key in PEM format$/],
    [
      ca.cert,
      await Deno.readTextFile(encrypted),
      now,
      /^its key is encrypted; decrypt it with "openssl pkey /,
    ],
    [
      small.cert,
      small.key,
      today,
      /^its key is too weak: expected RSA of 2048 bits or more, got 10/,
    ],
    [edwards.cert, edwards.key, today, /^expected a key of type RSA, EC P-256 or EC P-384, got Ed/],
  ];
  for (const [cert, key, time, reason] of rows) {
    const error = await assertRejects(() => readAuthority(cert, key, time), TypeError);
    assertMatch(error.message, reason);
  }
});

Deno.test("openssl reads every accepted name from the certificate", {
  ignore,
}, async () => {
  const ca = await createAuthority("ca", 10, now);
  const authority = await readAuthority(ca.cert, ca.key, now);
  const letters = "abz019-_AZ".split("");
  const label = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 63 });
  const name = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join(".")),
    fc.array(label, { minLength: 2, maxLength: 3 }).map((labels) => `*.${labels.join(".")}`),
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ maxLength: 20 }),
  );
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 8 }), async (texts) => {
      const names = texts.flatMap((text) => {
        try {
          return [parseHostName(text)];
        } catch (error) {
          assert(error instanceof SyntaxError);
          return [];
        }
      });
      if (names.length === 0) return;
      accepted++;
      const wish = { ...HOST, commonName: names[0]!.slice(0, 64), names, days: 1 };
      const { cert } = await issueCertificate(wish, authority, now);
      await using made = await files(cert);
      const [file] = made.paths;
      const shown = await run(["x509", "-noout", "-ext", "subjectAltName", "-in", file]);
      const [, list = ""] = shown.split("\n");
      const read = list.trim().split(", ").map((entry) => {
        const [, kind, value] = /^(DNS|IP Address):(.*)$/.exec(entry)!;
        return kind === "DNS" ? value : parseHostName(value!);
      });
      assertEquals(read, names);
    }),
    { numRuns: 60 },
  );
  assert(accepted > 30);
});
