/** An HTTP request. */
export interface HttpRequest {
  /** The method. */
  method: string;
  /** The request target, between method and version. */
  path: string;
  /** The version; 1.0 without a Host header. */
  version: "1.0" | "1.1";
  /** All header lines in order, without line breaks. */
  headers: readonly string[];
  /** The body. */
  body?: string | undefined;
}

/** The parts of an HTTP response. */
export interface HttpResponse {
  /** The first line. */
  statusLine: string;
  /** The header lines as received. */
  headers: string;
  /** The body, with chunks joined. */
  body: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const CR = 0x0d;
const LF = 0x0a;

/**
 * Formats a request (RFC 9112).
 *
 * @param request the request
 * @returns its bytes
 */
export function formatRequest(request: HttpRequest): Uint8Array {
  const { method, path, version, headers, body = "" } = request;
  const lines = [`${method} ${path} HTTP/${version}`, ...headers];
  if (request.body !== undefined) lines.push(`Content-Length: ${encoder.encode(body).length}`);
  return encoder.encode(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/**
 * Finds the start of the body. Lines may end with LF alone.
 *
 * @param bytes the data so far
 * @param from the index to search from, for data that grows
 * @returns the index of the first byte of the body; -1 if the headers are incomplete
 */
export function findBody(bytes: Uint8Array, from = 0): number {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/**
 * Splits a response into its parts. It accepts any data, also malformed or incomplete responses.
 *
 * @param bytes the response
 * @param headOnly whether to ignore the body
 * @returns the parts; each of them may be empty
 */
export function parseResponse(bytes: Uint8Array, headOnly = false): HttpResponse {
  const start = findBody(bytes);
  const head = decoder.decode(start < 0 ? bytes : bytes.subarray(0, start));
  const [, statusLine = "", headers = ""] = /^([^\r\n]*)[\r\n]*([^]*)$/.exec(head) ?? [];
  const body = start < 0 || headOnly ? new Uint8Array() : bytes.subarray(start);
  const chunked = /\bchunked\b/i.test(headerValue(headers, "transfer-encoding") ?? "");
  return { statusLine: statusLine.trim(), headers, body: chunked ? decodeChunked(body) : body };
}

/**
 * Returns the value of a header.
 *
 * @param headers the header lines
 * @param name the name of the header in lower case
 * @returns the trimmed value of the first header with this name; undefined if the header is missing
 */
export function headerValue(headers: string, name: string): string | undefined {
  for (const line of headers.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0 && line.slice(0, colon).toLowerCase() === name) {
      return line.slice(colon + 1).trim();
    }
  }
  return undefined;
}

/**
 * Joins the chunks of a body (RFC 9112, section 7.1). It stops at a malformed chunk, and keeps the
 * available part of an incomplete one.
 *
 * @param bytes the body as received
 * @returns the content, which is never longer than `bytes`
 */
export function decodeChunked(bytes: Uint8Array): Uint8Array {
  const content = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf(LF, at);
    if (lineEnd < 0) break;
    const line = decoder.decode(bytes.subarray(at, Math.min(lineEnd, at + 32)));
    const size = parseInt(/^[0-9a-f]+/i.exec(line)?.[0] ?? "0", 16);
    if (size === 0) break;
    const chunk = bytes.subarray(lineEnd + 1, lineEnd + 1 + size);
    content.set(chunk, length);
    length += chunk.length;
    at = lineEnd + 1 + size;
    // The line break after the chunk.
    if (bytes[at] === CR) at++;
    if (bytes[at] === LF) at++;
  }
  return content.subarray(0, length);
}

/**
 * Returns the status code of a response (RFC 9112, section 4).
 *
 * @param statusLine the first line
 * @returns the three digits after the first space; undefined if they are missing
 */
export function statusCode(statusLine: string): number | undefined {
  const code = /^[^ ]* (\d{3})(?!\d)/.exec(statusLine)?.[1];
  return code === undefined ? undefined : Number(code);
}
