import type { CheckResult } from "../../src/mod.ts";
import { printable } from "../_printable.ts";
import type { ValuesOf } from "../_values_of.ts";
import { headerValue, type HttpResponse, statusCode } from "./_http_message.ts";
import type { HttpOptions } from "./_http_options.ts";
import { type Follow, formatPlace, type HttpPlace, redirectedPlace } from "./_http_place.ts";

/** The rule for redirects. */
export interface RedirectRule extends ValuesOf<HttpOptions, "expect" | "maxRedirs"> {
  /** The way to follow redirects (default: redirects are not followed). */
  follow?: Follow | undefined;
}

/** The codes of redirects. 300, 304 and the obsolete 305 and 306 are responses of their own. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Returns the location to request after a response.
 *
 * @param place the location of the response
 * @param response the response
 * @param rule the rule for redirects
 * @param followed the number of redirects that were followed before
 * @returns the next location; the result of the check if the redirect cannot be followed; undefined
 * if the response is the final one
 */
export function followRedirect(
  place: HttpPlace,
  response: HttpResponse,
  rule: RedirectRule,
  followed: number,
): HttpPlace | CheckResult | undefined {
  const code = statusCode(response.statusLine) ?? 0;
  if (rule.follow === undefined || rule.expect || !redirects.has(code)) return undefined;
  const location = headerValue(response.headers, "location");
  if (location === undefined) {
    const output = "HTTP UNKNOWN - Could not find redirect location - " +
      printable(response.statusLine);
    return { state: "UNKNOWN", output };
  }
  const next = redirectedPlace(place, location, rule.follow);
  if (next === undefined) {
    const output = `HTTP UNKNOWN - Could not parse redirect location - ${printable(location)}`;
    return { state: "UNKNOWN", output };
  }
  const url = printable(formatPlace(next));
  if (followed >= rule.maxRedirs) {
    const output = `HTTP WARNING - maximum redirection depth ${rule.maxRedirs} exceeded - ${url}`;
    return { state: "WARNING", output };
  }
  if (formatPlace(next) === formatPlace(place)) {
    const output = `HTTP CRITICAL - redirection creates an infinite loop - ${url}`;
    return { state: "CRITICAL", output };
  }
  return next;
}
