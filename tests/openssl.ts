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
        ? ["-signkey", keyFile]
        : ["-CA", issuer.certFile, "-CAkey", issuer.keyFile, "-CAcreateserial"];
      const extra = extensions.length === 0 ? [] : ["-extfile", list];
      const inout = ["-req", "-in", request, "-out", certFile, "-days", `${days}`];
      await runOpenssl(["x509", ...inout, ...signer, ...extra]);
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
