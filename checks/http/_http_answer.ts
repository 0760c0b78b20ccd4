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
import { presentTlsFailure } from "../_tls_failure.ts";
import type { ValuesOf } from "../_values_of.ts";
import type { HttpPhases } from "./_http_client.ts";
import { judgeDocumentAge, type PageFault } from "./_http_document_age.ts";
import { type HttpResponse, statusCode } from "./_http_message.ts";
import type { HttpOptions } from "./_http_options.ts";
import { formatPlace, type HttpPlace } from "./_http_place.ts";

/** A page that was read. */
export interface HttpPage {
  /** Where it was. */
  place: HttpPlace;
  /** What came. */
  response: HttpResponse;
  /** How many bytes came, status line and headers included. */
  size: number;
  /** How long all took, redirects included, in seconds to the microsecond. */
  seconds: number;
  /** How long each step took. */
  phases: HttpPhases;
}

/** What is judged of a page. */
export interface HttpQuestion extends JudgedValues {
  /** The state of a redirect that is not followed. */
  redirect: State;
  /** What must be found in the body, or with `invertRegex` must not. */
  pattern?: RegExp | undefined;
  /** Least and most bytes, status line and headers included; zero is no bound. */
  pagesize?: { min: number; max: number } | undefined;
}

type JudgedValues = ValuesOf<
  HttpOptions,
  | ("warning" | "critical" | "timeout" | "expect" | "headerString" | "string" | "maxAge")
  | ("invertRegex" | "extendedPerfdata")
>;

/** How much of a body patterns are run on, in characters: they may backtrack. */
const SEARCHED = 262_144;

const decoder = new TextDecoder();

/**
 * Says what was found of a page, in the words of `check_http`.
 *
 * @param page What was read
 * @param question What is judged
 * @param before The state that came of the certificate, which the page can only make worse
 * @returns The result
 */
export function presentPage(
  page: HttpPage,
  question: HttpQuestion,
  before: State = "OK",
): CheckResult {
  const { response, size, seconds } = page;
  const status = judgeStatus(page, question);
  if (status.final) return { state: status.state, output: status.text };
  const faults = [...judgeContent(response, page.place, question), ...judgeSize(size, question)];
  const perfdata = measure(page, question);
  const state = worst(
    before,
    status.state,
    ...faults.map((fault) => fault.state),
    evaluate(perfdata.slice(0, 1)),
  );
  const said = [status.text, faults.map((fault) => fault.text).join(", ")].filter(Boolean);
  const output = `HTTP ${state}: ${said.join(" - ")} - ` +
    `${size} bytes in ${fixed(seconds, 3)} second response time`;
  return { state, output, perfdata };
}

/**
 * Says why a web server could not be reached, in the words of `check_http`.
 *
 * @param error What connecting failed with
 * @param place Where that was
 * @returns The result, without perfdata
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

/** What the status line says; where it is final, nothing else is looked at. */
interface StatusVerdict extends PageFault {
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
  { headers, body }: HttpResponse,
  place: HttpPlace,
  question: HttpQuestion,
): PageFault[] {
  const { headerString, string, pattern, invertRegex, maxAge } = question;
  const faults: PageFault[] = [];
  const age = maxAge === undefined ? undefined : judgeDocumentAge(headers, maxAge);
  if (age) faults.push(age);
  const missing = (what: string, wanted: string) => {
    const text = `${what} '${shorten(wanted)}' not found on '${formatPlace(place)}'`;
    faults.push({ state: "CRITICAL", text });
  };
  if (headerString !== undefined && !headers.includes(headerString)) {
    missing("header", headerString);
  }
  if (string === undefined && pattern === undefined) return faults;
  const content = decoder.decode(body);
  if (string !== undefined && !content.includes(string)) missing("string", string);
  if (pattern !== undefined && pattern.test(content.slice(0, SEARCHED)) === invertRegex) {
    faults.push({ state: "CRITICAL", text: `pattern ${invertRegex ? "" : "not "}found` });
  }
  return faults;
}

function judgeSize(size: number, { pagesize }: HttpQuestion): PageFault[] {
  const { min = 0, max = 0 } = pagesize ?? {};
  if (max > 0 && size > max) return [{ state: "WARNING", text: `page size ${size} too large` }];
  if (size < min) return [{ state: "WARNING", text: `page size ${size} too small` }];
  return [];
}

function measure({ size, seconds, phases }: HttpPage, question: HttpQuestion): Perfdata[] {
  const { warning, critical, timeout: max, pagesize } = question;
  // The plugin prints the least size as warning and 0 as critical, though it does not judge by it.
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

/** What `check_http` shows of a text: all up to 29 characters, else the first 26. */
function shorten(text: string): string {
  return text.length < 30 ? text : `${text.slice(0, 26)}...`;
}
