import { type CheckResult, ConnectError } from "../../src/mod.ts";
import {
  type CertificateDays,
  type CertificateVerdict,
  judgeCertificate,
} from "../_certificate.ts";
import { type HttpPage, presentHttpFailure } from "./_http_answer.ts";
import { askHttp } from "./_http_client.ts";
import { formatRequest, parseResponse } from "./_http_message.ts";
import type { HttpPlace } from "./_http_place.ts";
import { followRedirect, type RedirectRule } from "./_http_redirect.ts";
import { buildRequest, type RequestOptions } from "./_http_request.ts";

/** What is asked of a web server. */
export interface HttpSession {
  /** Where to begin. */
  home: HttpPlace;
  /** What to ask. */
  request: RequestOptions;
  /** Whether to stop after the head. */
  noBody: boolean;
  /** Which redirects to follow. */
  redirects: RedirectRule;
  /** Whether the host is named in the TLS handshake. */
  sni: boolean;
  /** How long the certificate must last; it is not looked at where left out. */
  days?: CertificateDays | undefined;
  /** Whether the page is asked for although the certificate was. */
  afterCertificate: boolean;
}

/** What a session came to. */
export interface HttpOutcome {
  /** What is said of the certificate, where it was to be judged. */
  certificate?: CertificateVerdict | undefined;
  /** The page, where one was read. */
  page?: HttpPage;
  /** Why none was; both are left out where only the certificate was wanted. */
  failure?: CheckResult;
}

/**
 * Asks for a page, and for those that it redirects to.
 *
 * @param session What to ask
 * @param signal Closes the connection when it aborts
 * @returns What came of it
 */
export async function readPage(session: HttpSession, signal: AbortSignal): Promise<HttpOutcome> {
  const { home, days } = session;
  const certificateOnly = days !== undefined && !session.afterCertificate;
  const start = performance.now();
  const outcome: HttpOutcome = {};
  let place = home;
  for (let followed = 0;; followed++) {
    const { tls, address: hostname, port, host = hostname } = place;
    const serverName = session.sni ? host : undefined;
    const request = certificateOnly
      ? undefined
      : formatRequest(buildRequest(place, session.request, home));
    let reading;
    try {
      reading = await askHttp({ hostname, port }, request, session.noBody, {
        tls: tls ? { serverName, verify: false } : undefined,
        signal,
      });
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      return { ...outcome, failure: presentHttpFailure(error, place) };
    }
    const { bytes, size, phases, certificate } = reading;
    if (days && followed === 0) {
      outcome.certificate = judgeCertificate(certificate, days, new Date());
      if (certificateOnly) return outcome;
    }
    if (size === 0) return { ...outcome, failure: noData };
    const response = parseResponse(bytes, session.noBody);
    const next = followRedirect(place, response, session.redirects, followed);
    if (next === undefined) {
      const seconds = Math.round((performance.now() - start) * 1000) / 1e6;
      return { ...outcome, page: { place, response, size, seconds, phases } };
    }
    if ("output" in next) return { ...outcome, failure: next };
    place = next;
  }
}

const noData: CheckResult = {
  state: "CRITICAL",
  output: "HTTP CRITICAL - No data received from host",
};
