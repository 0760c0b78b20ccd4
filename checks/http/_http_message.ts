/** A request as it goes to the server. */
export interface HttpRequest {
  /** The method. */
  method: string;
  /** What stands between method and version. */
  path: string;
  /** The version: 1.0 where no host is named. */
  version: "1.0" | "1.1";
  /** All header lines, without line breaks, in their order. */
  headers: readonly string[];
  /** The body. */
  body?: string | undefined;
}

/** A response taken apart. */
export interface HttpResponse {
  /** The first line. */
  statusLine: string;
  /** The header lines as they came. */
  headers: string;
  /** The body, chunks put together. */
  body: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const CR = 0x0d;
const LF = 0x0a;

/**
 * Writes a request (RFC 9112).
 *
 * @param request The request
 * @returns Its bytes
 */
export function formatRequest(request: HttpRequest): Uint8Array {
  const { method, path, version, headers, body = "" } = request;
  const lines = [`${method} ${path} HTTP/${version}`, ...headers];
  if (request.body !== undefined) lines.push(`Content-Length: ${encoder.encode(body).length}`);
  return encoder.encode(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/**
 * Finds where the body begins. Lines may end in LF alone.
 *
 * @param bytes What was read so far
 * @param from Where to begin to look, for what grows
 * @returns The place of the body's first byte; -1 where the head has not ended
 */
export function findBody(bytes: Uint8Array, from = 0): number {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/**
 * Takes a response apart, whatever it is: nothing that a server may send is refused here.
 *
 * @param bytes The response; cut short is fine
 * @param noBody Whether the body is left out, be it there or not
 * @returns Its parts; all but the status line may be empty
 */
export function parseResponse(bytes: Uint8Array, noBody = false): HttpResponse {
  const start = findBody(bytes);
  const head = decoder.decode(start < 0 ? bytes : bytes.subarray(0, start));
  const [, statusLine = "", headers = ""] = /^([^\r\n]*)[\r\n]*([^]*)$/.exec(head) ?? [];
  const body = start < 0 || noBody ? new Uint8Array() : bytes.subarray(start);
  const chunked = /\bchunked\b/i.test(headerValue(headers, "transfer-encoding") ?? "");
  return { statusLine: statusLine.trim(), headers, body: chunked ? decodeChunked(body) : body };
}

/**
 * The value of a header.
 *
 * @param headers Header lines
 * @param name The header's name in lower case
 * @returns The value of the first such header, without blanks around it; undefined where none is
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
 * Puts chunks together (RFC 9112, section 7.1) as far as they are there and make sense.
 *
 * @param bytes The body as it came
 * @returns The content, never longer than what came
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
    // The line break that ends the chunk.
    if (bytes[at] === CR) at++;
    if (bytes[at] === LF) at++;
  }
  return content.subarray(0, length);
}

/**
 * The status code of a response (RFC 9112, section 4).
 *
 * @param statusLine The first line
 * @returns The three digits after the first space; undefined where there are no three
 */
export function statusCode(statusLine: string): number | undefined {
  const code = /^[^ ]* (\d{3})(?!\d)/.exec(statusLine)?.[1];
  return code === undefined ? undefined : Number(code);
}
