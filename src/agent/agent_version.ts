import { type Reader, show, withSchema } from "./read.ts";

/** The characters of versions in semantic versioning, Debian packages and `git describe`. */
const pattern = /^[0-9A-Za-z][0-9A-Za-z.+~_-]{0,63}$/;

/** Reads the `version` of an agent. */
export const agentVersion: Reader<string> = withSchema(
  { type: "string", pattern: pattern.source },
  (value, report) => {
    if (typeof value === "string" && pattern.test(value)) return value;
    report.error(
      `Invalid value ${show(value)}: expected a version such as "1.4.2", at most 64 letters, ` +
        "digits and . + ~ _ -",
    );
  },
);

/**
 * Returns the version of a build, to show it.
 *
 * @param version the version of the agent, if it is known
 * @param digest the digest of the build
 * @returns the version, or the beginning of the digest
 */
export function versionOfBuild(version: string | undefined, digest: string): string {
  return version ?? digest.slice(0, 12);
}
