import type { TLSSocket } from "node:tls";
import { signingPath, splitPem } from "../net/certificate_chain.ts";
import { peerChain } from "../net/tls_client.ts";
import { type PeerCertificate, readCertificate } from "./service_connection.ts";

/**
 * Returns the certificates between the certificate of a server and the trusted CA.
 *
 * @param socket the connection, after the certificate was verified
 * @param ca the trusted certificates, PEM
 * @returns the intermediate certificates, the issuer of the server's certificate first
 */
export async function readIssuers(socket: TLSSocket, ca: string): Promise<PeerCertificate[]> {
  const { X509Certificate } = await import("node:crypto");
  const authorities = splitPem(ca).map((block) => new X509Certificate(block));
  const [, ...issuers] = signingPath(peerChain(socket, X509Certificate), authorities);
  return issuers.flatMap(({ subject, validTo }) => {
    const [, commonName] = /^CN=(.*)$/m.exec(subject ?? "") ?? [];
    return readCertificate({
      subject: commonName === undefined ? {} : { CN: commonName },
      valid_to: validTo,
    }) ?? [];
  });
}
