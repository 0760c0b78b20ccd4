/** The version of Checkwright. A test compares it with `deno.json`. */
export const VERSION = "0.1.0";

/** The version of NRPE in answers. Clients look for the prefix `NRPE v`. */
const nrpeVersion = "4.1.0";

/** The answer to `_NRPE_CHECK`. */
export const VERSION_TEXT: string = `NRPE v${nrpeVersion} (Checkwright ${VERSION})`;
