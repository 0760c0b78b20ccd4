import type { Options, OptionValues } from "../src/mod.ts";

/** The values of some options of a check; optional ones may be omitted. */
export type ValuesOf<O extends Options, Name extends keyof O> =
  & { [N in Name as undefined extends OptionValues<O>[N] ? never : N]: OptionValues<O>[N] }
  & { [N in Name as undefined extends OptionValues<O>[N] ? N : never]?: OptionValues<O>[N] };
