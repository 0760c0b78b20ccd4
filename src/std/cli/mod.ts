/**
 * A local stand-in for `jsr:@std/cli`, for hosts that reach npm and not JSR.
 *
 * @module
 */
export * from "./parse_args.ts";
