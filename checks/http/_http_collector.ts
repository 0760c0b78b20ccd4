import { createChunkDecoder } from "./_http_chunks.ts";
import {
  findBody,
  hasHead,
  headerValue,
  type HttpResponse,
  parseHead,
  statusCode,
} from "./_http_message.ts";

/** A response as it was received. */
export interface CollectedResponse {
  /** The final response; its body is at most {@linkcode KEPT} bytes long. */
  response: HttpResponse;
  /** The size of the response in bytes, including status line and headers. */
  size: number;
}

/** Collects a response that arrives in parts. */
export interface ResponseCollector {
  /**
   * Adds the next part.
   *
   * @param bytes the data
   * @returns whether the response is complete
   */
  push(bytes: Uint8Array): boolean;
  /** Returns the response; the peer has closed the connection if it is not complete. */
  end(): CollectedResponse;
}

/** Maximum number of bytes of a body that are kept and searched. The rest is only counted. */
export const KEPT = 16 * 1024 * 1024;

/** Maximum number of bytes of a status line with headers. */
const MAX_HEAD = 1024 * 1024;

const LF = 0x0a;

/**
 * Creates a collector for one final response. Interim responses (1xx) before it are dropped (RFC
 * 9110, section 15.2). The end of the body is found as in RFC 9112, section 6.3: some responses have
 * no body, others contain its length or chunks, and the rest end when the peer closes. Data without
 * a status line, as in HTTP/0.9, are a body that ends when the peer closes; the first line is then
 * also the status line.
 *
 * @param headOnly whether to stop after the headers, as for a HEAD request
 * @returns the collector
 */
export function collectResponse(headOnly: boolean): ResponseCollector {
  const head = createBuffer(MAX_HEAD);
  const body = createBuffer(KEPT);
  let size = 0;
  let read: BodyReader | undefined;

  function readHead(bytes: Uint8Array): boolean {
    // The empty line that ends the headers may arrive in two parts.
    const from = Math.max(head.bytes().length - 2, 0);
    head.add(bytes);
    const line = firstLine(head.bytes());
    if (line !== undefined && !hasHead(line)) return readHeadless(line);
    const start = findBody(head.bytes(), from);
    if (start < 0) return head.isCut();
    const rest = head.bytes().slice(start);
    const parsed = parseHead(head.bytes().subarray(0, start));
    head.clear();
    const code = statusCode(parsed.statusLine) ?? 0;
    // 101 is final: the server changes to another protocol.
    if (code >= 100 && code <= 199 && code !== 101) {
      size = 0;
      return rest.length > 0 && push(rest);
    }
    size = start;
    const empty = headOnly || code === 204 || code === 304;
    read = { ...bodyReader(parsed.headers, empty, body.add), head: parsed };
    return push(rest);
  }

  function readHeadless(line: Uint8Array): boolean {
    const all = head.bytes().slice();
    head.clear();
    size = 0;
    read = { ...bodyReader("", headOnly, body.add), head: parseHead(line) };
    return push(all);
  }

  function push(bytes: Uint8Array): boolean {
    size += bytes.length;
    return read === undefined ? readHead(bytes) : read.push(bytes);
  }

  return {
    push,
    end() {
      if (read === undefined && !hasHead(head.bytes())) readHeadless(head.bytes());
      const { statusLine, headers } = read?.head ?? parseHead(head.bytes());
      const missing = read === undefined ? "response headers are incomplete" : read.missing();
      return {
        response: { statusLine, headers, body: body.bytes(), isCut: body.isCut(), missing },
        size,
      };
    },
  };
}

/** Returns the first line without its end; undefined if the line is incomplete. */
function firstLine(bytes: Uint8Array): Uint8Array | undefined {
  const end = bytes.indexOf(LF);
  return end < 0 ? undefined : bytes.subarray(0, end);
}

interface BodyReader {
  head: Pick<HttpResponse, "statusLine" | "headers">;
  /** Reads the next part; returns whether the body is complete. */
  push(bytes: Uint8Array): boolean;
  /** Returns the part that is missing, as text. */
  missing(): string | undefined;
}

function bodyReader(
  headers: string,
  empty: boolean,
  keep: (bytes: Uint8Array) => void,
): Omit<BodyReader, "head"> {
  if (empty) return { push: () => true, missing: () => undefined };
  const encoding = headerValue(headers, "transfer-encoding");
  if (encoding !== undefined && /\bchunked\s*$/i.test(encoding)) {
    const decoder = createChunkDecoder();
    let state = "open";
    return {
      push: (bytes) => (state = decoder.push(bytes, keep)) !== "open",
      missing() {
        if (state === "malformed") return "response contains a malformed chunk";
        return decoder.hasLastChunk() ? undefined : "response ends before its last chunk";
      },
    };
  }
  const digits = encoding === undefined ? headerValue(headers, "content-length") ?? "" : "";
  let left = /^\d{1,15}$/.test(digits) ? Number(digits) : Infinity;
  return {
    push(bytes) {
      keep(bytes.subarray(0, left));
      left = Math.max(left - bytes.length, 0);
      return left === 0;
    },
    missing: () => left > 0 && left < Infinity ? `response is ${left} bytes short` : undefined,
  };
}

/** Creates a buffer that grows, and keeps at most this many bytes. */
function createBuffer(most: number) {
  let bytes = new Uint8Array(4096);
  let length = 0;
  let cut = false;
  return {
    add(more: Uint8Array): void {
      const part = more.subarray(0, most - length);
      cut ||= part.length < more.length;
      if (length + part.length > bytes.length) {
        const larger = new Uint8Array(
          Math.min(Math.max(bytes.length * 2, length + part.length), most),
        );
        larger.set(bytes.subarray(0, length));
        bytes = larger;
      }
      bytes.set(part, length);
      length += part.length;
    },
    bytes: () => bytes.subarray(0, length),
    isCut: () => cut,
    clear(): void {
      length = 0;
    },
  };
}
