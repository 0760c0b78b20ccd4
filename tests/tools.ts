/** The folder in which Debian and similar systems install monitoring-plugins. */
export const pluginFolder = "/usr/lib/nagios/plugins";

const required = Deno.env.get("CHECKWRIGHT_REQUIRE_TOOLS") === "1";

/**
 * Returns whether a program that a test needs is missing. Pass the result as `ignore`, so that the
 * test is skipped. With CHECKWRIGHT_REQUIRE_TOOLS=1, it returns false, so that the test fails.
 *
 * @param path path of the program
 */
export function isMissing(path: string): boolean {
  if (required) return false;
  try {
    return !Deno.statSync(path).isFile;
  } catch {
    return true;
  }
}

/** Paths of programs that tests run; undefined if a program is missing, see {@linkcode isMissing}. */
export const tools = {
  /** NRPE's client. */
  checkNrpe: found(`${pluginFolder}/check_nrpe`),
  /** NRPE's daemon. */
  nrpe: found("/usr/sbin/nrpe"),
  /** Makes certificates, and serves as a TLS client that misbehaves. */
  openssl: found("/usr/bin/openssl"),
  /** Starts a process outside of its parent's process group. */
  setsid: found("/usr/bin/setsid"),
};

function found(path: string): string | undefined {
  return isMissing(path) ? undefined : path;
}
