/** The Debian package of each program that checks start, by path. */
const packages: ReadonlyMap<string, string> = new Map([
  ["df", "coreutils"],
  ["free", "procps"],
  ["ip", "iproute2"],
  ["openssl", "openssl"],
  ["pgrep", "procps"],
  ["ping", "iputils-ping"],
  ["ps", "procps"],
  ["smartctl", "smartmontools"],
  ["ss", "iproute2"],
  ["systemctl", "systemd"],
  ["uptime", "procps"],
  ["who", "coreutils"],
].flatMap(([name, debian]) =>
  ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"].map((folder) =>
    [`${folder}${name}`, debian] as [string, string]
  )
));

/**
 * Returns the message about a missing program. It names the Debian package if it is known.
 *
 * @param path the program
 * @returns the message: `Cannot start "/bin/ps": No such file or directory; install procps`
 */
export function explainMissing(path: string): string {
  const debian = packages.get(path);
  return `Cannot start ${JSON.stringify(path)}: No such file or directory` +
    (debian === undefined ? "" : `; install ${debian}`);
}

/**
 * Returns the message of {@linkcode explainMissing} in the form that follows a colon.
 *
 * @param path the program
 * @returns the message, which starts with a lower case letter
 */
export function whyOmitted(path: string): string {
  return explainMissing(path).replace("Cannot", "cannot");
}
