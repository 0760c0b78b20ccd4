import { type CheckResult, ConnectError, type ServiceTls } from "../../src/mod.ts";
import {
  type CertificateDays,
  type CertificateVerdict,
  judgeCertificate,
} from "../_certificate.ts";
import { netPermission } from "../_net_permission.ts";
import { printable } from "../_printable.ts";
import { type HttpPage, presentHttpFailure } from "./_http_answer.ts";
import { askHttp } from "./_http_client.ts";
import { formatRequest, statusCode } from "./_http_message.ts";
import { formatPlace, type HttpPlace } from "./_http_place.ts";
import { followRedirect, type RedirectRule } from "./_http_redirect.ts";
import { buildRequest, redirectedRequest, type RequestOptions } from "./_http_request.ts";

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
  /** Returns the TLS settings for a host. */
  tls(host: string): ServiceTls;
  /** The family of the addresses to connect to (default: any). */
  family?: 4 | 6 | undefined;
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
  let asked = session.request;
  for (let followed = 0;; followed++) {
    const { tls, address: hostname, port, host = hostname } = place;
    const request = certificateOnly ? undefined : formatRequest(buildRequest(place, asked, home));
    let reading;
    try {
      const address = { hostname, port, family: session.family };
      reading = await askHttp(address, request, session.headOnly, {
        tls: tls ? session.tls(host) : undefined,
        signal,
      });
    } catch (error) {
      if (error instanceof ConnectError) {
        return { ...outcome, failure: presentHttpFailure(error, place) };
      }
      if (followed === 0 || !(error instanceof Deno.errors.NotCapable)) throw error;
      return { ...outcome, failure: presentRefusedRedirect(place) };
    }
    const { response, size, phases, certificate } = reading;
    if (days && followed === 0) {
      outcome.certificate = judgeCertificate(certificate, days, new Date());
      if (certificateOnly) return outcome;
    }
    if (size === 0) return { ...outcome, failure: noData };
    const next = followRedirect(place, response, session.redirects, followed);
    if (next === undefined) {
      const seconds = Math.round((performance.now() - start) * 1000) / 1e6;
      return { ...outcome, page: { place, response, size, seconds, phases } };
    }
    if ("output" in next) return { ...outcome, failure: next };
    place = next;
    asked = redirectedRequest(asked, statusCode(response.statusLine));
  }
}

function presentRefusedRedirect(place: HttpPlace): CheckResult {
  const host = netPermission(place.address, place.port);
  return {
    state: "UNKNOWN",
    output: `HTTP UNKNOWN - The redirect to ${printable(formatPlace(place))} is not permitted`,
    longOutput: `Permission refused: net ${JSON.stringify(host)} is not among the declared ` +
      `permissions: add ${JSON.stringify(host)} to the option redirectHosts in the agent`,
  };
}

const noData: CheckResult = {
  state: "CRITICAL",
  output: "HTTP CRITICAL - No data received from host",
};
