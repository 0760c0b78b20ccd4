/**
 * Compares the predicted errors of certificates with the real programs: check_nrpe and nrpe, which
 * use OpenSSL, and Deno and our listener, which use rustls.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { readCertificate } from "../../src/certificate/certificate_facts.ts";
import { certificateErrors } from "../../src/certificate/certificate_errors.ts";
import { startNrpe } from "../nrpe_daemon.ts";
import { AUTHORITY, certificateFolder, type Issued, runOpenssl, type Wish } from "../openssl.ts";
import { tools } from "../tools.ts";
import { HOST, listening, readUntil } from "../net/listening.ts";
import { outputOf, PATIENCE, runToEnd, statusOf, until, within } from "../waiting.ts";

const ignore = !tools.openssl || !tools.nrpe || !tools.checkNrpe;
const NAME = "nrpe.test";
const ANY = ["basicConstraints=CA:FALSE", `subjectAltName=DNS:${NAME}`];
const IS_CA = "basicConstraints=critical,CA:TRUE";

/** A certificate with an error. If it is `weak`, nrpe does not start with the certificate. */
interface Row {
  name: string;
  refusedBy: "openssl" | "rustls" | "both" | "none";
  reason?: string;
  extensions?: string[];
  newkey?: string[];
  resign?: string[];
  weak?: boolean;
  /** Set if both libraries refuse the client certificate, because check_nrpe cannot load it. */
  ofClient?: "both";
}

const curve = (name: string) => ["ec", "-pkeyopt", `ec_paramgen_curve:${name}`];

const ROWS: Row[] = [
  { name: "good", refusedBy: "none" },
  { name: "rsa", refusedBy: "none", newkey: ["rsa:2048"] },
  { name: "p384", refusedBy: "none", newkey: curve("P-384") },
  { name: "p521", refusedBy: "none", newkey: curve("P-521") },
  { name: "ed25519", refusedBy: "none", newkey: ["ed25519"] },
  { name: "old", refusedBy: "rustls", extensions: [], reason: "it has X.509 version 1 " },
  {
    name: "expired",
    refusedBy: "both",
    resign: ["-days", "-1"],
    reason: "it expired 24 hours ago",
  },
  {
    name: "signer",
    refusedBy: "openssl",
    extensions: [...ANY, "keyUsage=keyCertSign"],
    reason: "its key usage (keyCertSign) does not include digitalSignature",
  },
  {
    name: "authority",
    refusedBy: "rustls",
    extensions: [IS_CA, `subjectAltName=DNS:${NAME}`],
    reason: "it is a CA certificate (CA:TRUE)",
  },
  {
    name: "curve",
    refusedBy: "rustls",
    newkey: curve("secp256k1"),
    ofClient: "both",
    reason: "it has a key of an unsupported type (EC secp256k1)",
  },
  {
    name: "small",
    refusedBy: "rustls",
    newkey: ["rsa:1024"],
    weak: true,
    ofClient: "both",
    reason: "it has an RSA key of less than 2048 bits",
  },
  {
    name: "sha1",
    refusedBy: "rustls",
    resign: ["-sha1"],
    weak: true,
    ofClient: "both",
    reason: "its signature is ECDSA with SHA-1",
  },
];

const SERVERS: Row[] = [
  ...ROWS,
  {
    name: "no-host",
    refusedBy: "rustls",
    extensions: ["basicConstraints=CA:FALSE"],
    reason: "it is valid for no host",
  },
  {
    name: "other-host",
    refusedBy: "rustls",
    extensions: ["subjectAltName=DNS:other.test"],
    reason: `it is valid for other.test, not for "${NAME}"`,
  },
  {
    name: "client",
    refusedBy: "both",
    extensions: [...ANY, "extendedKeyUsage=clientAuth"],
    reason: "its extended key usage (clientAuth) does not include serverAuth",
  },
];

const CLIENTS: Row[] = [
  ...ROWS.map((row) => ({ ...row, refusedBy: row.ofClient ?? row.refusedBy })),
  { name: "no-host", refusedBy: "none", extensions: ["basicConstraints=CA:FALSE"] },
  {
    name: "server",
    refusedBy: "both",
    extensions: [...ANY, "extendedKeyUsage=serverAuth"],
    reason: "its extended key usage (serverAuth) does not include clientAuth",
  },
];

type Folder = Awaited<ReturnType<typeof certificateFolder>>;

async function issueRow({ path, issue }: Folder, ca: Issued, row: Row): Promise<Issued> {
  const wish: Wish = { subject: `/CN=${NAME}`, issuer: ca, extensions: row.extensions ?? ANY };
  const made = await issue(row.name, { ...wish, ...(row.newkey && { newkey: row.newkey }) });
  if (row.resign === undefined) return made;
  const request = ["-in", `${path}/${row.name}.csr`, "-extfile", `${path}/${row.name}.ext`];
  const signer = ["-CA", ca.certFile, "-CAkey", ca.keyFile, "-out", made.certFile];
  await runOpenssl(["x509", "-req", ...request, ...signer, ...row.resign]);
  return { ...made, cert: await Deno.readTextFile(made.certFile) };
}

/** Returns which library refuses the certificate of a row according to the predicted errors. */
async function predicted(row: Row, made: Issued, role: "server" | "client"): Promise<string> {
  const errors = certificateErrors(await readCertificate(made.cert), role, new Date(), NAME);
  const named = errors.find(({ reason }) => reason.startsWith(row.reason ?? "?"));
  assertEquals(row.reason === undefined, named === undefined, JSON.stringify([row, errors]));
  const by = new Set(errors.flatMap(({ by }) => by === "both" ? ["openssl", "rustls"] : [by]));
  return by.size === 2 ? "both" : [...by][0] ?? "none";
}

function verdict(openssl: boolean, rustls: boolean): string {
  if (openssl && rustls) return "none";
  return openssl ? "rustls" : rustls ? "openssl" : "both";
}

/** Starts a server that accepts weak certificates. */
async function weakServer({ certFile, keyFile }: Issued) {
  using free = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = free.addr;
  free.close();
  const where = ["-accept", `${HOST}:${port}`, "-naccept", "10"];
  const process = new Deno.Command(tools.openssl!, {
    args: [
      ...["s_server", ...where, "-cert", certFile, "-key", keyFile, "-www"],
      ...["-cipher", "ALL:@SECLEVEL=0"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(
    "openssl to listen",
    () => Deno.connect({ hostname: HOST, port }).then((conn) => (conn.close(), true), () => false),
  );
  return {
    port,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await statusOf(process, "openssl s_server");
    },
  };
}

async function checkNrpe(port: number, ...flags: string[]): Promise<string> {
  const { stdout } = await runToEnd(tools.checkNrpe!, {
    args: ["-H", HOST, "-p", `${port}`, ...flags],
  });
  return new TextDecoder().decode(stdout);
}

async function denoAccepts(port: number, ca: Issued): Promise<boolean> {
  const conn = await Deno.connect({ hostname: HOST, port });
  const secured = await Deno.startTls(conn, { hostname: NAME, caCerts: [ca.cert] });
  try {
    await within(PATIENCE, "a handshake", secured.handshake());
    return true;
  } catch {
    return false;
  } finally {
    secured.close();
  }
}

Deno.test("certificateErrors() predicts which server certificates check_nrpe -A and Deno refuse", {
  ignore,
}, async (t) => {
  await using folder = await certificateFolder();
  const ca = await folder.issue("ca", { subject: "/CN=Test CA", extensions: AUTHORITY });
  for (const row of SERVERS) {
    await t.step(row.name, async () => {
      const made = await issueRow(folder, ca, row);
      if (row.weak) {
        await assertRejects(() => startNrpe(folder.path, { commands: {}, tls: made }));
      }
      await using server = row.weak
        ? await weakServer(made)
        : await startNrpe(folder.path, { commands: {}, tls: made });
      // The server for weak certificates does not answer a query.
      const patience = row.weak ? "3" : "20";
      const answer = await checkNrpe(server.port, "-A", ca.certFile, "-t", patience);
      const openssl = !answer.includes("Could not complete SSL handshake");
      const rustls = await denoAccepts(server.port, ca);
      assertEquals(verdict(openssl, rustls), row.refusedBy, answer);
      assertEquals(await predicted(row, made, "server"), row.refusedBy);
    });
  }
});

Deno.test("certificateErrors() predicts which client certificates nrpe and our listener refuse", {
  ignore,
}, async (t) => {
  await using folder = await certificateFolder();
  const ca = await folder.issue("ca", { subject: "/CN=Test CA", extensions: AUTHORITY });
  const own = await folder.issue("own", { subject: "/CN=own", issuer: ca, extensions: ANY });
  await using nrpe = await startNrpe(folder.path, {
    commands: {},
    tls: own,
    lines: ["ssl_client_certs=2", `ssl_cacert_file=${ca.certFile}`],
  });
  await using ours = await listening(async (connection) => {
    await connection.handshake();
    await readUntil(connection, "\n");
    await connection.end(new TextEncoder().encode("answer"));
  }, { tls: { cert: own.cert, key: own.key, ca: ca.cert, clientCertificates: "require" } });
  for (const row of CLIENTS) {
    await t.step(row.name, async () => {
      const made = await issueRow(folder, ca, row);
      const answer = await checkNrpe(nrpe.port, "-C", made.certFile, "-K", made.keyFile);
      const shown = new Deno.Command(tools.openssl!, {
        args: [
          ...["s_client", "-connect", `${HOST}:${ours.port}`, "-cipher", "ALL:@SECLEVEL=0"],
          ...["-cert", made.certFile, "-key", made.keyFile, "-quiet"],
        ],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const input = shown.stdin.getWriter();
      await input.write(new TextEncoder().encode("query\n")).catch(() => {});
      const { stdout } = await outputOf(shown, "openssl s_client");
      await input.close().catch(() => {});
      const rustls = new TextDecoder().decode(stdout).includes("answer");
      assertEquals(verdict(answer.startsWith("NRPE v"), rustls), row.refusedBy, answer);
      assertEquals(await predicted(row, made, "client"), row.refusedBy);
    });
  }
});
