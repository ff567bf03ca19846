/** A setting of a command: a flag, perhaps variables, and a key of the configuration file, in that order. */
export interface Option<T> {
  /** What `--help` shows for the value; absent for a switch. */
  readonly value?: string;
  readonly help: string;
  /** Environment variables, the first that is set wins; `parse` where it differs from the flag's. */
  readonly env?: readonly { readonly name: string; readonly parse?: (text: string) => T }[];
  readonly parse: (text: string) => T;
  /** Takes a list of the configuration file, whose entries do not depend on one another. */
  readonly parseList?: (list: unknown) => T;
  /** Whether only the configuration file may have it. */
  readonly fileOnly?: true;
  /** The value if none is given, as one would write it; absent if there is none. */
  readonly default?: string;
  /** A letter for short. */
  readonly short?: string;
  /** Whether it is given by itself and not after a flag; those of a table are taken in order. */
  readonly operand?: true;
}

/** Typed so that an option knows the type of its value and whether it has a default. */
export function option<const O extends Option<unknown>>(definition: O): O {
  return definition;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The parsed values by flag name. One without a default may be undefined. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V>
    ? T[K] extends { default: string }
      ? V
      : V | undefined
    : never;
};
