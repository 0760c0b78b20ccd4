import { createPrivateKey, X509Certificate } from "node:crypto";
import { splitPem } from "../../net/certificate_chain.ts";
import { authorityFile } from "./authority_files.ts";
import { systemReason } from "./faults.ts";

/**
 * Reads the certificates of a file.
 *
 * @param path the file: PEM with any number of them, or DER with one
 * @returns the certificates, at least one
 * @throws {Error} if there is none, or one is damaged
 */
export async function readCertificates(path: string): Promise<X509Certificate[]> {
  const bytes = await readFile(path);
  const text = new TextDecoder().decode(bytes);
  const blocks: (string | Uint8Array)[] = splitPem(text);
  // A sequence in DER.
  if (blocks.length === 0 && bytes[0] === 0x30) blocks.push(bytes);
  if (blocks.length === 0) throw new Error(`${unreadable(path)}: ${whatElse(text)}`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block as string);
    } catch {
      throw new Error(
        `${unreadable(path)}: ${
          typeof block === "string"
            ? `certificate ${index + 1} of ${blocks.length} is damaged`
            : "it is DER, but no certificate"
        }`,
      );
    }
  });
}

/** Certificates to trust, and where they come from. */
export interface Trust {
  readonly path: string;
  readonly authorities: readonly X509Certificate[];
}

/**
 * Reads whom to trust.
 *
 * @param given the file of the CA, or its folder; undefined for nobody
 * @returns the authorities; undefined where none were given
 * @throws {Error} if they cannot be read
 */
export async function readTrust(given: string | undefined): Promise<Trust | undefined> {
  if (given === undefined) return undefined;
  const path = await authorityFile(given);
  return { path, authorities: await readCertificates(path) };
}

/**
 * Finds whether a private key belongs to a certificate.
 *
 * @param path the key's file
 * @param certificate the certificate
 * @returns whether it does
 * @throws {Error} if there is no key that can be read
 */
export async function belongs(path: string, certificate: X509Certificate): Promise<boolean> {
  const pem = new TextDecoder().decode(await readFile(path));
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem));
  } catch {
    const reason = /ENCRYPTED/.test(pem)
      ? 'it is encrypted; "openssl pkey -in KEY -out NEW" decrypts it'
      : "expected a private key in PEM form";
    throw new Error(`Cannot read private key ${JSON.stringify(path)}: ${reason}`);
  }
}

async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new Error(`Cannot read ${JSON.stringify(path)}: ${systemReason(error)}`);
  }
}

function unreadable(path: string): string {
  return `Cannot read certificate ${JSON.stringify(path)}`;
}

function whatElse(text: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1] ?? "";
  if (label.includes("PRIVATE KEY")) return "it is a private key; show its certificate";
  if (label.includes("REQUEST")) return "it is a request for one, which a CA has yet to sign";
  return "expected PEM or DER";
}
