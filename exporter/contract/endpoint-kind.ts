/**
 * How the name of an endpoint was found: from its process, container or pod, or by a rule of the user; else from its
 * address, by DNS or as part of a network.
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
