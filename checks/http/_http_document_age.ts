import type { State } from "../../src/mod.ts";
import { fixed } from "../_fixed.ts";
import { printable } from "../_printable.ts";
import { headerValue } from "./_http_message.ts";

/** The result for one property of a page. */
export interface PageVerdict {
  /** The state. */
  state: State;
  /** The text for the output. */
  text: string;
}

/** The date of a document may be this many seconds after the server's clock. */
const AHEAD = 30;
const DAY = 86400;

/** The only date format that servers may send (RFC 9110, section 5.6.7). */
const DATE = /^[A-Z][a-z]{2}, [ \d]\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/;

/**
 * Checks the age of a page by the headers of its server, like `check_http -M`.
 *
 * @param headers the header lines of the response
 * @param maxAge the maximum age in seconds
 * @returns the error; undefined if the page is young enough
 */
export function judgeDocumentAge(headers: string, maxAge: number): PageVerdict | undefined {
  const serverDate = headerValue(headers, "date");
  const documentDate = headerValue(headers, "last-modified");
  if (!serverDate) return { state: "UNKNOWN", text: "Server date unknown" };
  if (!documentDate) return critical("Document modification date unknown");
  const server = parseDate(serverDate);
  const document = parseDate(documentDate);
  if (Number.isNaN(server)) {
    return critical(`Server date "${printable(serverDate, 100)}" unparsable`);
  }
  if (Number.isNaN(document)) {
    return critical(`Document date "${printable(documentDate, 100)}" unparsable`);
  }
  const age = server - document;
  if (-age > AHEAD) return critical(`Document is ${-age} seconds in the future`);
  if (age <= maxAge) return undefined;
  if (age > 2 * DAY) return critical(`Last modified ${fixed(age / DAY, 1)} days ago`);
  const [minutes, seconds] = [Math.floor(age / 60) % 60, age % 60]
    .map((part) => String(part).padStart(2, "0"));
  return critical(`Last modified ${Math.floor(age / 3600)}:${minutes}:${seconds} ago`);
}

function critical(text: string): PageVerdict {
  return { state: "CRITICAL", text };
}

function parseDate(text: string): number {
  return DATE.test(text) ? Date.parse(text) / 1000 : NaN;
}
