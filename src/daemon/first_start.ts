/**
 * Makes the certificate of a deployed daemon before it starts for the first time, so that the daemon
 * itself neither holds the library nor may write where the key is. Its argument is the state
 * directory.
 */
import { ownCertificatePath } from "./load_tls.ts";
import { makeCertificate } from "./own_certificate.ts";

try {
  await makeCertificate(ownCertificatePath(Deno.args[0]!));
} catch (error) {
  console.error(`checkwright: ${(error as Error).message}`);
  Deno.exit(3);
}
