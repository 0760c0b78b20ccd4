/**
 * Makes the certificate of a deployed daemon before its first start. So the daemon itself needs
 * neither the X.509 library nor write access to the key. The argument is the state directory.
 */
import { ownCertificatePath } from "./load_tls.ts";
import { makeCertificate } from "./own_certificate.ts";

try {
  await makeCertificate(ownCertificatePath(Deno.args[0]!));
} catch (error) {
  console.error(`checkwright: ${(error as Error).message}`);
  Deno.exit(2);
}
