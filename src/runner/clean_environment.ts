/**
 * The environment that NRPE sets for a plugin, without variables of the daemon. Plugins parse
 * numbers and messages of other programs, and expect the C locale.
 */
export const cleanEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C.UTF-8",
  NRPE_MULTILINESUPPORT: "1",
  NRPE_PROGRAMVERSION: "4.1.0",
};
