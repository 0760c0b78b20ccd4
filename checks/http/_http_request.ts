import type { ValuesOf } from "../_values_of.ts";
import type { HttpRequest } from "./_http_message.ts";
import type { HttpOptions } from "./_http_options.ts";
import { hostHeader, type HttpPlace } from "./_http_place.ts";

/** The options that determine the request. */
export type RequestOptions = ValuesOf<
  HttpOptions,
  "method" | "post" | "contentType" | "useragent" | "authorization" | "header"
>;

/**
 * Returns the request for a location. The headers have the same order as in `check_http`.
 *
 * @param place the location to request
 * @param options the options
 * @param home the location at which the check started: credentials and cookies are sent to this
 * host only, and not to the target of a redirect
 * @returns the request
 */
export function buildRequest(
  place: HttpPlace,
  options: RequestOptions,
  home: HttpPlace,
): HttpRequest {
  const { method, post, contentType, useragent, authorization } = options;
  const further = options.header ?? [];
  const atHome = (place.host ?? place.address) === (home.host ?? home.address);
  const host = hostHeader(place);
  const headers = [`User-Agent: ${useragent}`, "Connection: close"];
  if (host !== undefined && !further.some((line) => /^host:/i.test(line))) {
    headers.push(`Host: ${host}`);
  }
  headers.push(
    ...further.filter((line) => atHome || !/^(?:authorization|cookie|host):/i.test(line)),
  );
  if (authorization !== undefined && atHome) {
    headers.push(`Authorization: Basic ${base64(authorization)}`);
  }
  if (post !== undefined) headers.push(`Content-Type: ${contentType}`);
  return {
    method: method ?? (post === undefined ? "GET" : "POST"),
    path: place.path,
    version: place.host === undefined ? "1.0" : "1.1",
    headers,
    body: post,
  };
}

/**
 * Returns the options of the request after a redirect. After 303, the location is requested with
 * GET and without a body (RFC 9110, section 15.4.4). After other codes, the request is repeated, as
 * in `check_http`.
 *
 * @param options the options of the request before
 * @param code the status code of the redirect
 * @returns the options for the next request
 */
export function redirectedRequest(
  options: RequestOptions,
  code: number | undefined,
): RequestOptions {
  const { post: _post, method, header = [], ...others } = options;
  if (code !== 303 || /^(?:get|head)$/i.test(method ?? "")) return options;
  return {
    ...others,
    method: "GET",
    header: header.filter((line) => !/^(?:content-|transfer-encoding:)/i.test(line)),
  };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
