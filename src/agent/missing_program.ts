/** The Debian packages of programs that checks start, by path. */
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
 * Explains that a program is missing, and names the Debian package to install if it is known.
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
 * The same as what follows a colon.
 *
 * @param path the program
 * @returns the message, its first letter in lower case
 */
export function whyOmitted(path: string): string {
  return explainMissing(path).replace("Cannot", "cannot");
}
