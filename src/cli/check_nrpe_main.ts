/** What `compile` puts beside the daemon under the name of `check_nrpe`. */
import { query } from "./query.ts";

Deno.exit(await query.run(Deno.args));
