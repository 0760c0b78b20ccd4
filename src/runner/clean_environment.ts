/**
 * The environment that NRPE sets for a plugin, without variables of the daemon. Plugins parse
 * numbers and messages of other programs, and expect the C locale. `LC_ALL` is not set, because it
 * would override the `LANG` of a command.
 */
export const cleanEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
  LANG: "C",
  NRPE_MULTILINESUPPORT: "1",
  NRPE_PROGRAMVERSION: "4.1.0",
};
