import type { CertificatePair } from "../certificate/make_certificate.ts";
import { createSelfSigned } from "../certificate/self_signed.ts";

/**
 * Makes a self-signed certificate for this host and stores it with mode 0600. Certificate and key
 * are one file, which is written under another name first. An interrupted start leaves both or none.
 *
 * @param path the file to write; its folders are created
 * @returns the certificate and its key
 * @throws if it cannot be stored
 */
export async function makeCertificate(path: string): Promise<CertificatePair> {
  const folder = path.replace(/[^/]*$/, "");
  const pair = await createSelfSigned({
    names: [...new Set([Deno.hostname(), "localhost", "127.0.0.1", "::1"])],
  });
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = `${path}.${crypto.randomUUID()}`;
    await Deno.writeTextFile(temporary, pair.cert + pair.key, { mode: 0o600, createNew: true });
    await Deno.rename(temporary, path);
  } catch (error) {
    throw new Error(
      `Cannot write a certificate into ${JSON.stringify(folder)}: ${(error as Error).message}; ` +
        "set state to a writable folder, or set tls.cert and tls.key",
    );
  }
  return pair;
}
