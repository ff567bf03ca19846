/** Something that this host lacks for a feature, and how to provide it. */
export interface MissingRequirement {
  readonly what: string;
  readonly remedy: string;
}
