/** The state of a chunked body: more data is expected, it is complete, or it is malformed. */
export type ChunkState = "open" | "complete" | "malformed";

/** Joins the chunks of a body that arrives in parts. */
export interface ChunkDecoder {
  /**
   * Reads the next part.
   *
   * @param bytes the data as received
   * @param keep receives the content of chunks, in pieces
   * @returns the state after this part
   */
  push(bytes: Uint8Array, keep: (content: Uint8Array) => void): ChunkState;
  /** Whether the last chunk has arrived, so that the content is complete. */
  hasLastChunk(): boolean;
}

const LF = 0x0a;

/** The maximum length of a line with the size of a chunk, or of a trailer. */
const MAX_LINE = 8192;

/**
 * Creates a decoder for a chunked body (RFC 9112, section 7.1). Lines may end with LF alone.
 *
 * @returns the decoder
 */
export function createChunkDecoder(): ChunkDecoder {
  let state: ChunkState = "open";
  let part: "size" | "content" | "end" | "trailer" = "size";
  let line = "";
  let remaining = 0;

  function readLine(): void {
    const text = line.replace(/\r$/, "");
    line = "";
    if (part === "end") {
      if (text === "") part = "size";
      else state = "malformed";
    } else if (part === "trailer") {
      if (text === "") state = "complete";
    } else {
      const digits = /^[0-9a-f]+(?=\s*(?:;|$))/i.exec(text)?.[0];
      if (digits === undefined) state = "malformed";
      remaining = parseInt(digits ?? "0", 16);
      part = remaining === 0 ? "trailer" : "content";
    }
  }

  return {
    hasLastChunk: () => state !== "malformed" && part === "trailer",
    push(bytes, keep) {
      for (let at = 0; at < bytes.length && state === "open";) {
        if (part === "content") {
          const content = bytes.subarray(at, Math.min(bytes.length, at + remaining));
          keep(content);
          at += content.length;
          remaining -= content.length;
          if (remaining === 0) part = "end";
          continue;
        }
        const end = bytes.indexOf(LF, at);
        const piece = bytes.subarray(at, end < 0 ? bytes.length : end);
        if (line.length + piece.length > MAX_LINE) return state = "malformed";
        line += String.fromCharCode(...piece);
        at += piece.length + 1;
        if (end >= 0) readLine();
      }
      return state;
    },
  };
}
