import type { CheckResult } from "../../src/mod.ts";
import { printable } from "../_printable.ts";
import type { ValuesOf } from "../_values_of.ts";
import { headerValue, type HttpResponse, statusCode } from "./_http_message.ts";
import type { HttpOptions } from "./_http_options.ts";
import { type Follow, formatPlace, type HttpPlace, redirectedPlace } from "./_http_place.ts";

/** Which redirects are followed. */
export interface RedirectRule extends ValuesOf<HttpOptions, "expect" | "maxRedirs"> {
  /** What a redirect may change; default: no redirect is followed. */
  follow?: Follow | undefined;
}

/**
 * Where to go on after a response.
 *
 * @param place Where the response came from
 * @param response The response
 * @param rule Which redirects are followed
 * @param followed How many were followed before
 * @returns The next place; the check's result where the redirect leads nowhere; undefined where
 * the response is the one to judge
 */
export function followRedirect(
  place: HttpPlace,
  response: HttpResponse,
  rule: RedirectRule,
  followed: number,
): HttpPlace | CheckResult | undefined {
  const code = statusCode(response.statusLine) ?? 0;
  if (rule.follow === undefined || rule.expect || code < 300 || code > 399) return undefined;
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
