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

/** The requests to a web server. */
export interface HttpSession {
  /** The first location. */
  home: HttpPlace;
  /** The options that determine the request. */
  request: RequestOptions;
  /** Whether to stop after the headers. */
  headOnly: boolean;
  /** The rule for redirects. */
  redirects: RedirectRule;
  /** Whether to send the host name in the TLS handshake. */
  sni: boolean;
  /** The minimum days until the certificate expires (default: the certificate is not checked). */
  days?: CertificateDays | undefined;
  /** Whether to request the page after the certificate check. */
  afterCertificate: boolean;
}

/** The result of a session. */
export interface HttpOutcome {
  /** The result for the certificate, if it was checked. */
  certificate?: CertificateVerdict | undefined;
  /** The page, if it was read. */
  page?: HttpPage;
  /**
   * The result if the page could not be read. If only the certificate is checked, there is neither
   * a page nor a failure.
   */
  failure?: CheckResult;
}

/**
 * Requests a page and follows its redirects.
 *
 * @param session the requests
 * @param signal closes the connection when it aborts
 * @returns the page, the result for the certificate, or both
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
      reading = await askHttp({ hostname, port }, request, session.headOnly, {
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
    const response = parseResponse(bytes, session.headOnly);
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
