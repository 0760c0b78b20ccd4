/** Certificates for tests, made by `openssl` each time: nothing in the project expires. */
import { runToEnd } from "./waiting.ts";

/** Where the program is. */
export const openssl = "/usr/bin/openssl";

/** A certificate, its key and who signed it. */
export interface Issued {
  /** Path of the certificate, PEM. */
  certFile: string;
  /** Path of its private key, PEM. */
  keyFile: string;
  /** The certificate. */
  cert: string;
  /** Its private key. */
  key: string;
}

/** What a certificate is to be like. */
export interface Wish {
  /** Subject, as `/CN=name`. */
  subject: string;
  /** Who signs; itself if left out. */
  issuer?: Issued;
  /** Lines of extensions; none makes it X.509 version 1 where an issuer signs. */
  extensions?: string[];
  /** Kind of key, in the words of `openssl req -newkey`. */
  newkey?: string[];
  /** Days from now on; 0 has expired when it is read. */
  days?: number;
}

const ECDSA = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

/** The extensions of an authority. */
export const AUTHORITY = ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"];

/** The extensions of a server. */
export const SERVER = ["basicConstraints=CA:FALSE", "subjectAltName=DNS:nrpe.test"];

/** Runs `openssl`, which must succeed. */
export async function runOpenssl(args: string[]): Promise<void> {
  const { success, stderr } = await runToEnd(openssl, { args });
  if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}

/** Whether a subcommand of this OpenSSL has an option. */
async function has(subcommand: string, option: string): Promise<boolean> {
  const { stdout, stderr } = await runToEnd(openssl, { args: [subcommand, "-help"] });
  const decoder = new TextDecoder();
  return (decoder.decode(stdout) + decoder.decode(stderr)).includes(`-${option} `);
}

/**
 * The words that sign a request without extensions, as X.509 version 1. Newer versions of OpenSSL
 * add extensions unless they are told not to.
 *
 * @param request the words that name the request, the certificate and what else is wanted
 * @param signer the words that name who signs
 */
export async function versionOne(request: string[], signer: string[]): Promise<string[]> {
  return await has("req", "x509v1")
    ? ["req", "-x509", "-x509v1", "-config", "/dev/null", ...request, ...signer]
    : ["x509", "-req", ...request, ...signer];
}

/** The words that make a certificate expired; newer versions of OpenSSL take no negative days. */
export async function expired(): Promise<string[]> {
  return await has("x509", "not_before")
    ? ["-not_before", "20200101000000Z", "-not_after", "20200102000000Z"]
    : ["-days", "-1"];
}

/** Makes certificates in a folder of their own. */
export async function certificateFolder(): Promise<
  AsyncDisposable & { path: string; issue(name: string, wish: Wish): Promise<Issued> }
> {
  const path = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  // Readable for the user that a server under test runs as.
  await Deno.chmod(path, 0o755);
  return {
    path,
    async issue(name, { subject, issuer, extensions = [], newkey = ECDSA, days = 7 }) {
      const certFile = `${path}/${name}.crt`;
      const keyFile = `${path}/${name}.key`;
      const request = `${path}/${name}.csr`;
      const list = `${path}/${name}.ext`;
      await Deno.writeTextFile(list, extensions.join("\n"));
      const key = ["-newkey", ...newkey, "-noenc", "-keyout", keyFile];
      await runOpenssl(["req", ...key, "-subj", subject, "-out", request]);
      const signer = issuer === undefined
        ? ["-key", keyFile]
        : ["-CA", issuer.certFile, "-CAkey", issuer.keyFile];
      const inout = ["-in", request, "-out", certFile, "-days", `${days}`];
      await runOpenssl(
        extensions.length === 0
          ? await versionOne(inout, signer)
          : ["x509", "-req", ...inout, ...signer, "-extfile", list],
      );
      await Deno.chmod(keyFile, 0o644);
      const [cert, privateKey] = await Promise.all([
        Deno.readTextFile(certFile),
        Deno.readTextFile(keyFile),
      ]);
      return { certFile, keyFile, cert, key: privateKey };
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
