/**
 * fast-check, for property tests. It is named here and not in `deno.json`: `deno task` fetches all
 * packages of `deno.lock` before it starts anything. Tests have a lock file of their own.
 */
export { default } from "npm:fast-check@4.3.0";
