import {
  type CheckResult,
  type ConnectError,
  evaluate,
  type Perfdata,
  type State,
  worst,
} from "../../src/mod.ts";
import { fixed } from "../_fixed.ts";
import { printable } from "../_printable.ts";
import { thresholds } from "../_thresholds.ts";
import { presentTlsFailure } from "../_tls.ts";
import type { ValuesOf } from "../_values_of.ts";
import type { HttpPhases } from "./_http_client.ts";
import { judgeDocumentAge, type PageVerdict } from "./_http_document_age.ts";
import { KEPT } from "./_http_collector.ts";
import { containsHeader, decodeBody, type HttpResponse, statusCode } from "./_http_message.ts";
import type { HttpOptions } from "./_http_options.ts";
import { formatPlace, type HttpPlace } from "./_http_place.ts";

/** A page and its timing. */
export interface HttpPage {
  /** The location of the page. */
  place: HttpPlace;
  /** The response. */
  response: HttpResponse;
  /** The size of the response in bytes, including status line and headers. */
  size: number;
  /** The total duration in seconds with microseconds, including redirects. */
  seconds: number;
  /** The duration of each step. */
  phases: HttpPhases;
}

/** Thresholds for a page, and the content that is expected in it. */
export interface HttpQuestion extends JudgedValues {
  /** The state of a redirect that is not followed. */
  redirect: State;
  /** Whether the body was not requested. */
  headOnly: boolean;
  /** The body must match this pattern; with `invertRegex` it must not match. */
  pattern?: RegExp | undefined;
  /** The size limits in bytes, including status line and headers; zero means unlimited. */
  pagesize?: { min: number; max: number } | undefined;
}

type JudgedValues = ValuesOf<
  HttpOptions,
  | ("warning" | "critical" | "timeout" | "expect" | "headerString" | "string" | "maxAge")
  | ("invertRegex" | "extendedPerfdata")
>;

/**
 * Compares a page with its thresholds and the expected content, and formats the result like
 * `check_http`.
 *
 * @param page the page
 * @param question the thresholds and the expected content
 * @param before the state of the certificate check; the state of the result is at least as bad
 * @returns the result
 */
export function presentPage(
  page: HttpPage,
  question: HttpQuestion,
  before: State = "OK",
): CheckResult {
  const { response, size, seconds } = page;
  const status = judgeStatus(page, question);
  if (status.final) return { state: status.state, output: status.text };
  const errors = [...judgeContent(response, page.place, question), ...judgeSize(size, question)];
  const perfdata = measure(page, question);
  const state = worst(
    before,
    status.state,
    ...errors.map(({ state }) => state),
    evaluate(perfdata.slice(0, 1)),
  );
  const texts = [status.text, errors.map(({ text }) => text).join(", ")].filter(Boolean);
  const output = `HTTP ${state}: ${texts.join(" - ")} - ` +
    `${size} bytes in ${fixed(seconds, 3)} second response time`;
  return { state, output, perfdata };
}

/**
 * Formats a failed connection like `check_http`.
 *
 * @param error the error from connecting
 * @param place the location of the page
 * @returns the result, without perfdata
 */
export function presentHttpFailure(error: ConnectError, place: HttpPlace): CheckResult {
  const failure = presentTlsFailure(error);
  if (failure) return failure;
  const { address, port } = place;
  const output = error.fault === "resolve"
    ? error.reason
    : `connect to address ${address} and port ${port}: ${error.reason}`;
  const longOutput = "HTTP CRITICAL - Unable to open TCP socket";
  return { state: "CRITICAL", output, longOutput };
}

/** The result for the status line; if it is final, nothing else is checked. */
interface StatusVerdict extends PageVerdict {
  final?: boolean;
}

function judgeStatus({ response, place }: HttpPage, question: HttpQuestion): StatusVerdict {
  const { expect } = question;
  const statusLine = printable(response.statusLine, 1024);
  const text = statusLine;
  if (!(expect ?? ["HTTP/1."]).some((part) => response.statusLine.includes(part))) {
    const port = place.port === 80 ? "" : ` on port ${place.port}`;
    const reason = `Invalid HTTP response received from host${port}: ${statusLine}`;
    return { state: "CRITICAL", text: `HTTP CRITICAL - ${reason}`, final: true };
  }
  if (expect) return { state: "OK", text: `Status line output matched "${expect.join(",")}"` };
  const code = statusCode(response.statusLine);
  if (code === undefined || code < 100 || code > 599) {
    const what = code === undefined ? "Invalid Status Line" : "Invalid Status";
    return { state: "CRITICAL", text: `HTTP CRITICAL: ${what} (${statusLine})`, final: true };
  }
  if (code >= 500) return { state: "CRITICAL", text };
  if (code >= 400) return { state: "WARNING", text };
  return { state: code >= 300 ? question.redirect : "OK", text };
}

function judgeContent(
  response: HttpResponse,
  place: HttpPlace,
  question: HttpQuestion,
): PageVerdict[] {
  const { headers, isCut } = response;
  const { headerString, string, pattern, maxAge } = question;
  const errors: PageVerdict[] = [];
  if (response.missing !== undefined) errors.push({ state: "WARNING", text: response.missing });
  const age = maxAge === undefined ? undefined : judgeDocumentAge(headers, maxAge);
  if (age) errors.push(age);
  const missing = (what: string, wanted: string, where = "") => {
    const text = `${what} '${shorten(wanted)}' not found${where} on '${formatPlace(place)}'`;
    errors.push({ state: "CRITICAL", text });
  };
  if (headerString !== undefined && !containsHeader(headers, headerString)) {
    missing("header", headerString);
  }
  if (string === undefined && pattern === undefined) return errors;
  const content = decodeBody(response);
  const where = isCut ? ` in the first ${KEPT / 1024 ** 2} MiB` : "";
  if (string !== undefined && !content.includes(string)) missing("string", string, where);
  if (pattern !== undefined) errors.push(...judgePattern(pattern.test(content), question, where));
  return errors;
}

/** `where` is not empty if only the start of the page was searched. */
function judgePattern(
  found: boolean,
  { invertRegex, headOnly }: HttpQuestion,
  where: string,
): PageVerdict[] {
  if (found) return invertRegex ? [{ state: "CRITICAL", text: "pattern found" }] : [];
  if (!invertRegex) return [{ state: "CRITICAL", text: `pattern not found${where}` }];
  if (headOnly) return [{ state: "UNKNOWN", text: "pattern not searched, the body was not read" }];
  if (where === "") return [];
  return [{ state: "UNKNOWN", text: `pattern not found${where}, the rest was not searched` }];
}

function judgeSize(size: number, { pagesize }: HttpQuestion): PageVerdict[] {
  const { min = 0, max = 0 } = pagesize ?? {};
  if (max > 0 && size > max) return [{ state: "WARNING", text: `page size ${size} too large` }];
  if (size < min) return [{ state: "WARNING", text: `page size ${size} too small` }];
  return [];
}

function measure({ size, seconds, phases }: HttpPage, question: HttpQuestion): Perfdata[] {
  const { warning, critical, timeout: max, pagesize } = question;
  // The plugin prints the minimum size as warning and 0 as critical, but does not compare with
  // them.
  const bounds = pagesize && pagesize.min > 0 ? thresholds(pagesize.min, 0) : {};
  const perfdata: Perfdata[] = [
    { label: "time", value: seconds, uom: "s", ...thresholds(warning, critical), min: 0, max },
    { label: "size", value: size, uom: "B", ...bounds, min: 0 },
  ];
  if (!question.extendedPerfdata) return perfdata;
  for (const phase of ["connect", "ssl", "headers", "firstbyte", "transfer"] as const) {
    const value = phases[phase];
    if (value !== undefined) perfdata.push({ label: `time_${phase}`, value, uom: "s", max });
  }
  return perfdata;
}

/**
 * Shortens a string like `check_http`. A string of more than 29 characters is cut to 26 characters.
 */
function shorten(text: string): string {
  return text.length < 30 ? text : `${text.slice(0, 26)}...`;
}
