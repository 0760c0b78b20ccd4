/**
 * What launcher and daemon tell each other: one line of JSON a message, over the daemon's standard
 * input and output. User code in a worker could print to the same output; what the daemon says
 * begins with a token that only the launcher and the daemon's own thread know.
 */
import type { Manifest } from "../agent/manifest.ts";
import type { TlsServerOptions } from "../net/tls_server.ts";
import type { SandboxCode } from "../runner/channel.ts";

/** Everything a daemon needs to serve an agent. */
export interface Orders {
  manifest: Manifest;
  code: SandboxCode;
  /** PEM texts; false for plain text. */
  tls: false | TlsServerOptions;
  /** When the certificate ends, in milliseconds since 1970. */
  certificateEnds?: number;
  hostname: string;
  /** Commands that are not run, and why. */
  quarantined: Record<string, string>;
}

/** What the launcher says: first `start`, and then, any number of times, what came of a reload. */
export type ToDaemon =
  | { type: "start"; token: string; orders: Orders }
  | { type: "reload"; orders: Orders }
  /** A reload did not get as far as the daemon, and why. */
  | { type: "refused"; fault: string };

/** What the daemon says. */
export type FromDaemon =
  /** It listens; the line is for people. */
  | { type: "ready"; line: string; listen: string[] }
  /** A reload was carried out, or why not. */
  | { type: "reloaded"; fault?: string }
  /** Checks that have run in workers for longer than a moment: one of them, if the process dies. */
  | { type: "suspects"; commands: string[] }
  /** It has stopped listening and will end when it has answered what was asked; start another. */
  | { type: "leaving"; quarantined: Record<string, string> };

/** Cuts a stream of text into lines, however it is dealt out. */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
