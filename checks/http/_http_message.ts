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
  /** The start of the body, with chunks joined. */
  body: Uint8Array;
  /** Whether the body is longer than `body`. */
  isCut: boolean;
  /** The part of the response that is missing, as text; undefined if the response is complete. */
  missing: string | undefined;
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
 * Returns whether a response begins with a status line, of HTTP or of a protocol with the same
 * format, such as `ICY 200 OK`.
 *
 * @param line the first line
 * @returns false for data without a status line and headers, such as `<html>`
 */
export function hasHead(line: Uint8Array): boolean {
  const start = decoder.decode(line.subarray(0, 64));
  return start === "" || /^(?:HTTP\/|\S+ +\d{3}(?!\d))/.test(start);
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
 * Splits a status line from its headers. It accepts any data, also malformed or incomplete headers.
 *
 * @param bytes the data up to the body
 * @returns the parts; each of them may be empty
 */
export function parseHead(bytes: Uint8Array): Pick<HttpResponse, "statusLine" | "headers"> {
  const [, statusLine = "", headers = ""] =
    /^([^\r\n]*)[\r\n]*([^]*)$/.exec(decoder.decode(bytes)) ?? [];
  return { statusLine: statusLine.trim(), headers };
}

/**
 * Returns the value of a header. A value may continue on lines that begin with a blank (RFC 9112,
 * section 5.2).
 *
 * @param headers the header lines
 * @param name the name of the header in lower case
 * @returns the trimmed value of the first header with this name; undefined if the header is missing
 */
export function headerValue(headers: string, name: string): string | undefined {
  for (const line of headers.split(/\n(?![ \t])/)) {
    const colon = line.indexOf(":");
    if (colon > 0 && line.slice(0, colon).toLowerCase() === name) {
      return line.slice(colon + 1).replaceAll(/\r?\n[ \t]+/g, " ").trim();
    }
  }
  return undefined;
}

/**
 * Returns whether headers contain a string. The name of a header is compared regardless of case:
 * HTTP/2 and proxies write it in lower case (RFC 9110, section 5.1).
 *
 * @param headers the header lines
 * @param wanted part of one or several lines, such as `Location: https://`, or a value
 * @returns true if `wanted` is found
 */
export function containsHeader(headers: string, wanted: string): boolean {
  if (headers.includes(wanted)) return true;
  const [, name = "", rest = ""] = /^([\w-]+)(:[^]*)?$/.exec(wanted) ?? [];
  if (name === "") return false;
  return headers.split("\n").some((line) => {
    const colon = line.indexOf(":");
    const found = line.slice(0, Math.max(colon, 0)).toLowerCase();
    return rest === ""
      ? found.includes(name.toLowerCase())
      : found.endsWith(name.toLowerCase()) && line.startsWith(rest, colon);
  });
}

/** The characters of an HTML page that are searched for its charset, as in the HTML standard. */
const PRESCANNED = 1024;

/**
 * Decodes a body with the charset in its Content-Type header, or in the `meta` element of an HTML
 * page.
 *
 * @param response the response
 * @returns the text; a body without a known charset is decoded as UTF-8
 */
export function decodeBody({ headers, body }: Pick<HttpResponse, "headers" | "body">): string {
  const type = headerValue(headers, "content-type") ?? "";
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1] ??
    (/^text\/html\b/i.test(type) ? metaCharset(body) : undefined);
  return decoderOf(charset).decode(body);
}

function metaCharset(body: Uint8Array): string | undefined {
  const start = String.fromCharCode(...body.subarray(0, PRESCANNED));
  return /<meta\s[^>]*?\bcharset\s*=\s*["']?\s*([\w:.-]+)/i.exec(start)?.[1];
}

function decoderOf(charset: string | undefined): TextDecoder {
  try {
    return charset === undefined ? decoder : new TextDecoder(charset);
  } catch {
    return decoder;
  }
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
