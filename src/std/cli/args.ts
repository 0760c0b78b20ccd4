/** Names that TypeScript may know one by one. */
export type Names = string | undefined;

/** The names of a list that TypeScript knows one by one. */
type Known<T> = T extends string ? string extends T ? never : T : never;

/** What the options say of the result. */
export type Values<B, S extends Names, C extends Names, N extends Names, D> =
  & Record<string, unknown>
  & { [Name in Known<B>]: Name extends C ? boolean[] : boolean }
  & { [Name in Exclude<Known<S>, Known<C> | keyof D>]?: string | Negated<Name, N> }
  & { [Name in Extract<Known<S>, Known<C>>]: string[] | Negated<Name, N> }
  & { [Name in Extract<Known<S>, keyof D>]: string | D[Name] | Negated<Name, N> };

type Negated<Name, N> = Name extends N ? false : never;

/** What {@linkcode parseArgs} gives. */
export type Args<TArgs extends Record<string, unknown>, TDoubleDash extends boolean | undefined> =
  & TArgs
  & {
    /** The positional words; numbers where they look like it. */
    _: (string | number)[];
  }
  & (TDoubleDash extends true ? {
      /** The words behind `--`. */
      "--": string[];
    }
    : Record<never, never>);

/** What {@linkcode parseArgs} is told. */
export interface ParseOptions<
  B extends boolean | Names = boolean | Names,
  S extends Names = Names,
  C extends Names = Names,
  N extends Names = Names,
  D extends Record<string, unknown> | undefined = Record<string, unknown> | undefined,
  TDoubleDash extends boolean | undefined = boolean | undefined,
> {
  /** Whether the words behind `--` are kept apart. */
  "--"?: TDoubleDash;
  /** Further names, by name. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Names without a value, false where they are not there; true for all with two hyphens. */
  boolean?: B | readonly Extract<B, string>[];
  /** Values by name, where none is given. */
  default?: D;
  /** Whether all that follows the first positional word is positional. */
  stopEarly?: boolean;
  /** Names whose values stay text. */
  string?: S | readonly Extract<S, string>[];
  /** Names whose values are collected in a list; of all others the last counts. */
  collect?: C | readonly Extract<C, string>[];
  /** Names that `--no-` before them makes false. */
  negatable?: N | readonly Extract<N, string>[];
  /** Is told of what no option names; what it answers with false is left out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
