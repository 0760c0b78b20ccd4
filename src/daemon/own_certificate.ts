import type { CertificatePair } from "../certificate/make_certificate.ts";
import { createSelfSigned } from "../certificate/self_signed.ts";

/**
 * Makes a self-signed certificate for this host and keeps it, mode 0600. Certificate and key are one
 * file, written under another name first: a start that is cut short leaves both or neither.
 *
 * @param path where to keep it; folders are made
 * @returns the certificate and its key
 * @throws where it cannot be kept
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
      `Cannot keep a certificate in ${JSON.stringify(folder)}: ${(error as Error).message}; ` +
        "set state to a folder that may be written, or tls.cert and tls.key",
    );
  }
  return pair;
}
