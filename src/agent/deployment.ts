import type { Manifest } from "./manifest.ts";

/** The files of a deployable that the daemon reads, beside its program. */
export const deployedFiles = {
  manifest: "manifest.json",
  /** The program inside a sandbox. */
  runtime: "sandbox.js",
  /** The agent and all it imports. */
  agent: "agent.js",
  /** The import map of process sandboxes. */
  processImports: "process_imports.json",
  /** Why there is no newer agent, if a supervisor could not produce one. */
  refused: "refused.txt",
} as const;

/** An agent as it was compiled: its manifest, and what it belongs to. */
export interface Deployment extends Manifest {
  /** The version of Checkwright that compiled it. */
  checkwright: string;
  /** The name of the agent's module. */
  agent: string;
  /** Whether the systemd unit drops the packets of hosts that the agent does not allow. */
  filtersAddresses: boolean;
  /** The SHA-256 of each file that was written with it, in hex. */
  files: Record<string, string>;
  /** The SHA-256 of all of the above, in hex: it names this very build. */
  digest: string;
}

/**
 * Seals a deployment with its digest.
 *
 * @param content everything but the digest
 * @returns the text of `manifest.json`
 */
export async function formatDeployment(content: Omit<Deployment, "digest">): Promise<string> {
  const digest = await sha256(JSON.stringify(content));
  return `${JSON.stringify({ ...content, digest }, null, 2)}\n`;
}

/**
 * Reads `manifest.json`.
 *
 * @param text the file
 * @returns the deployment
 * @throws {SyntaxError} where it is damaged, or was changed since it was compiled
 */
export async function parseDeployment(text: string): Promise<Deployment> {
  const { digest, ...content }: Deployment = JSON.parse(text);
  if (digest !== await sha256(JSON.stringify(content))) {
    throw new SyntaxError("Its digest is another: it was changed since it was compiled");
  }
  return { ...content, digest };
}

/** The SHA-256 of a text's UTF-8, in hex. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
