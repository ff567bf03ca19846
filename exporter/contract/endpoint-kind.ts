/**
 * How well an end is known: how its name was found. From the process itself, its container, its pod or a rule of
 * the user's where it was seen; else from its address: by DNS, or as part of a network.
 */
export type EndpointKind =
  | 'process'
  | 'container'
  | 'kubernetes'
  | 'rule'
  | 'dns'
  | 'network'
  | 'internet'
  | 'unknown';
