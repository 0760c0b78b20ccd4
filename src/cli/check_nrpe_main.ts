/** The program that `compile` writes into the deployable as `check_nrpe`. */
import { query } from "./query.ts";

Deno.exit(await query.run(Deno.args));
