/** Where Debian and its kin install monitoring-plugins. */
export const pluginFolder = "/usr/lib/nagios/plugins";

const required = Deno.env.get("CHECKWRIGHT_REQUIRE_TOOLS") === "1";

/**
 * Whether a program that only tests need is absent; pass it as `ignore`, so that the test is
 * reported as ignored by its name. CHECKWRIGHT_REQUIRE_TOOLS=1 forbids that: the test then fails.
 *
 * @param path the program
 */
export function isMissing(path: string): boolean {
  if (required) return false;
  try {
    return !Deno.statSync(path).isFile;
  } catch {
    return true;
  }
}

/** The paths of programs that tests run; undefined where one is absent, see {@linkcode isMissing}. */
export const tools = {
  /** NRPE's client. */
  checkNrpe: found(`${pluginFolder}/check_nrpe`),
  /** NRPE's daemon. */
  nrpe: found("/usr/sbin/nrpe"),
  /** Makes certificates, and is a TLS client that can misbehave. */
  openssl: found("/usr/bin/openssl"),
  /** Starts a process that leaves its group. */
  setsid: found("/usr/bin/setsid"),
};

function found(path: string): string | undefined {
  return isMissing(path) ? undefined : path;
}
