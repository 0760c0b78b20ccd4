import type { State } from "../../src/mod.ts";
import { fixed } from "../_fixed.ts";
import { printable } from "../_printable.ts";
import { headerValue } from "./_http_message.ts";

/** What is wrong with a page, and how much. */
export interface PageFault {
  /** The state. */
  state: State;
  /** What to say. */
  text: string;
}

/** How far ahead of the server's clock a document may be, in seconds. */
const AHEAD = 30;
const DAY = 86400;

/** The one form of dates that servers may send (RFC 9110, section 5.6.7). */
const DATE = /^[A-Z][a-z]{2}, [ \d]\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/;

/**
 * Judges how old a page is by what its server says, as `check_http -M` does.
 *
 * @param headers The header lines of the response
 * @param maxAge How old it may be, in seconds
 * @returns What is wrong; undefined where it is young enough
 */
export function judgeDocumentAge(headers: string, maxAge: number): PageFault | undefined {
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

function critical(text: string): PageFault {
  return { state: "CRITICAL", text };
}

function parseDate(text: string): number {
  return DATE.test(text) ? Date.parse(text) / 1000 : NaN;
}
