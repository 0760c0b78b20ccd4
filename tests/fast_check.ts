/**
 * fast-check, for property tests. It is imported here and not declared in `deno.json`, because
 * `deno task` fetches all packages of `deno.lock` first. The tests have their own lock file.
 */
export { default } from "npm:fast-check@4.3.0";
