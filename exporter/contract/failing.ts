/** The values of `error_type` that are not failures of the dependency: none of its attempts was in vain. */
export const HARMLESS = ['cancelled', 'fallback'] as const;
/** A matcher for all others. */
export const HARMFUL = `error_type!~"${HARMLESS.join('|')}"`;

/**
 * When a dependency is failing, over five minutes: at least this many failed connection attempts, and more than this
 * share of all attempts. The alert `DependencyFailing` and `musubi expect check` use the same thresholds.
 */
export const FAILING = { least: 5, share: 0.1 } as const;
