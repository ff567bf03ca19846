/** An option of a command: a flag, environment variables and a key of the configuration file, in this order of precedence. */
export interface Option<T> {
  /** Placeholder of the value in `--help`; absent for a switch. */
  readonly value?: string;
  readonly help: string;
  /** Environment variables; the first that is set wins. `parse` if its format differs from the flag's. */
  readonly env?: readonly { readonly name: string; readonly parse?: (text: string) => T }[];
  readonly parse: (text: string) => T;
  /** Parses a list of the configuration file, entry by entry. */
  readonly parseList?: (list: unknown) => T;
  /** Whether it can be set in the configuration file only. */
  readonly fileOnly?: true;
  /** Default value, in the syntax of the flag. */
  readonly default?: string;
  /** One-letter form. */
  readonly short?: string;
  /** Whether it is a positional argument; those of a table are filled in order. */
  readonly operand?: true;
}

/** Keeps the type of the option's value and whether it has a default. */
export function option<const O extends Option<unknown>>(definition: O): O {
  return definition;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The parsed values by flag name; undefined for an option without value and default. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V>
    ? T[K] extends { default: string }
      ? V
      : V | undefined
    : never;
};
