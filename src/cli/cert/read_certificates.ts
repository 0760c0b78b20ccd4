import { createPrivateKey, X509Certificate } from "node:crypto";
import { splitPem } from "../../net/certificate_chain.ts";
import { authorityFile } from "./authority_files.ts";
import { systemReason } from "./collect_errors.ts";

/**
 * Reads the certificates of a file.
 *
 * @param path the file: PEM with any number of certificates, or DER with one
 * @returns the certificates, at least one
 * @throws {Error} if the file contains no certificate or a damaged one
 */
export async function readCertificates(path: string): Promise<X509Certificate[]> {
  const bytes = await readFile(path);
  const text = new TextDecoder().decode(bytes);
  const blocks: (string | Uint8Array)[] = splitPem(text);
  // The file starts with a sequence in DER.
  if (blocks.length === 0 && bytes[0] === 0x30) blocks.push(bytes);
  if (blocks.length === 0) throw new Error(`${unreadable(path)}: ${whyNot(text)}`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block as string);
    } catch {
      throw new Error(
        `${unreadable(path)}: ${
          typeof block === "string"
            ? `certificate ${index + 1} of ${blocks.length} is damaged`
            : "it is DER, but not a certificate"
        }`,
      );
    }
  });
}

/** Trusted CA certificates and their file. */
export interface Trust {
  readonly path: string;
  readonly authorities: readonly X509Certificate[];
}

/**
 * Reads trusted CA certificates.
 *
 * @param given the file of the CA, or its folder
 * @returns the certificates; undefined if `given` is undefined
 * @throws {Error} if they cannot be read
 */
export async function readTrust(given: string | undefined): Promise<Trust | undefined> {
  if (given === undefined) return undefined;
  const path = await authorityFile(given);
  return { path, authorities: await readCertificates(path) };
}

/**
 * Returns whether a private key belongs to a certificate.
 *
 * @param path the file of the key
 * @param certificate the certificate
 * @throws {Error} if the key cannot be read
 */
export async function belongs(path: string, certificate: X509Certificate): Promise<boolean> {
  const pem = new TextDecoder().decode(await readFile(path));
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem));
  } catch {
    const reason = /ENCRYPTED/.test(pem)
      ? 'it is encrypted; decrypt it with "openssl pkey -in KEY -out NEW"'
      : "expected a private key in PEM format";
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

function whyNot(text: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1] ?? "";
  if (label.includes("PRIVATE KEY")) return "it is a private key, expected a certificate";
  if (label.includes("REQUEST")) return "it is a certificate request, not yet signed by a CA";
  return "expected PEM or DER";
}
