import type { Manifest } from "./manifest.ts";

/** The files of a deployable that the daemon reads, in addition to its program. */
export const deployedFiles = {
  manifest: "manifest.json",
  /** The program that runs inside a sandbox. */
  runtime: "sandbox.js",
  /** The program of the acceptor: the part of the daemon that reads from the network. */
  acceptor: "acceptor.js",
  /** The agent and everything that it imports. */
  agent: "agent.js",
  /** The import map of process sandboxes. */
  processImports: "process_imports.json",
  /** The reason why a supervisor could not produce a newer agent. */
  refused: "refused.txt",
} as const;

/** The version of the format of `manifest.json`. */
const manifestFormat = 1;

/** A compiled agent: its manifest, and facts about the build. */
export interface Deployment extends Manifest {
  /** The version of the format of `manifest.json`. */
  format: number;
  /** The version of Checkwright that compiled the agent. */
  checkwright: string;
  /** The file name of the agent module. */
  agent: string;
  /** Whether the systemd unit drops packets of hosts that the agent does not allow. */
  filtersAddresses: boolean;
  /** The SHA-256 of each other file of the deployable, in hex. */
  files: Record<string, string>;
  /** The SHA-256 of all properties above, in hex: it identifies the build. */
  digest: string;
}

/**
 * Formats a deployment and adds its digest.
 *
 * @param content everything except the digest
 * @returns the text of `manifest.json`
 */
export async function formatDeployment(
  deployment: Omit<Deployment, "digest" | "format">,
): Promise<string> {
  const content = { format: manifestFormat, ...deployment };
  const digest = await sha256(JSON.stringify(content));
  return `${JSON.stringify({ ...content, digest }, null, 2)}\n`;
}

/**
 * Parses `manifest.json`.
 *
 * @param text the contents of the file
 * @returns the deployment
 * @throws {SyntaxError} if it is damaged, was changed after it was compiled, or has the format of a
 * newer version
 */
export async function parseDeployment(text: string): Promise<Deployment> {
  const { digest, ...content }: Deployment = JSON.parse(text);
  if (content.format > manifestFormat) {
    throw new SyntaxError(
      `Unknown format ${content.format}: expected ${manifestFormat}; a newer Checkwright compiled it`,
    );
  }
  if (digest !== await sha256(JSON.stringify(content))) {
    throw new SyntaxError("Digest mismatch: the file was changed after it was compiled");
  }
  return { ...content, digest };
}

/** Returns the SHA-256 of a string's UTF-8 bytes, in hex. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
