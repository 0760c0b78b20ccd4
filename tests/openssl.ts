/** Makes certificates for tests with `openssl`. They are made each time, so that none expires. */
import { runToEnd } from "./waiting.ts";

/** The path of the program. */
export const openssl = "/usr/bin/openssl";

/** A certificate and its key. */
export interface Issued {
  /** Path of the certificate, PEM. */
  certFile: string;
  /** Path of its private key, PEM. */
  keyFile: string;
  /** The certificate. */
  cert: string;
  /** The private key of the certificate, PEM. */
  key: string;
}

/** Options of a test certificate. */
export interface Wish {
  /** Subject, for example `/CN=name`. */
  subject: string;
  /** The signing certificate; default: self-signed. */
  issuer?: Issued;
  /** Lines of extensions; default: no extensions, which is X.509 version 1. */
  extensions?: string[];
  /** Kind of key, as arguments of `openssl req -newkey`. */
  newkey?: string[];
  /** Days until the certificate expires; a certificate with 0 days has expired when it is read. */
  days?: number;
}

const ECDSA = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

/** The extensions of an authority. */
export const AUTHORITY = ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"];

/** The extensions of a server. */
export const SERVER = ["basicConstraints=CA:FALSE", "subjectAltName=DNS:nrpe.test"];

/** Runs `openssl` and throws if it fails. */
export async function runOpenssl(args: string[]): Promise<void> {
  const { success, stderr } = await runToEnd(openssl, { args });
  if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}

/** Returns whether a subcommand of this OpenSSL has an option. */
async function has(subcommand: string, option: string): Promise<boolean> {
  const { stdout, stderr } = await runToEnd(openssl, { args: [subcommand, "-help"] });
  const decoder = new TextDecoder();
  return (decoder.decode(stdout) + decoder.decode(stderr)).includes(`-${option} `);
}

/**
 * Returns the arguments that sign a request as X.509 version 1, without extensions. Newer versions of
 * OpenSSL add extensions by default.
 *
 * @param request the arguments that name the request, the certificate and its options
 * @param signer the arguments that name the signer
 */
export async function versionOne(request: string[], signer: string[]): Promise<string[]> {
  return await has("req", "x509v1")
    ? ["req", "-x509", "-x509v1", "-config", "/dev/null", ...request, ...signer]
    : ["x509", "-req", ...request, ...signer];
}

/** Returns the arguments for an expired certificate. Newer versions of OpenSSL refuse `-days -1`. */
export async function expired(): Promise<string[]> {
  return await has("x509", "not_before")
    ? ["-not_before", "20200101000000Z", "-not_after", "20200102000000Z"]
    : ["-days", "-1"];
}

/** Creates a temporary folder for certificates. */
export async function certificateFolder(): Promise<
  AsyncDisposable & { path: string; issue(name: string, wish: Wish): Promise<Issued> }
> {
  const path = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  // The user of a tested server must be able to read it.
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
