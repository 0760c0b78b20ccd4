/** The version of Checkwright; a test holds it to `deno.json`. */
export const VERSION = "0.1.0";

/** The NRPE that is spoken. Clients match on the prefix `NRPE v`. */
const nrpeVersion = "4.1.0";

/** What `_NRPE_CHECK` is answered with. */
export const VERSION_TEXT: string = `NRPE v${nrpeVersion} (Checkwright ${VERSION})`;
