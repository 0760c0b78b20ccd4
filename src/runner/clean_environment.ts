/**
 * What NRPE sets for a plugin (NRPE.md 3.8), and nothing of the daemon's own environment. Plugins
 * parse numbers and messages of other programs: the C locale is what they are written for.
 */
export const cleanEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C.UTF-8",
  NRPE_MULTILINESUPPORT: "1",
  NRPE_PROGRAMVERSION: "4.1.0",
};
