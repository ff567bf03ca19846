export type EndpointSide = 'src' | 'dst';

/**
 * The name by which recorded series, alerts, the command and the panel identify an endpoint of an edge: its service,
 * else its address, else its host; '' if none is known. The recording rules compute the same
 * in PromQL.
 */
export const endpointName = (label: (name: string) => string | undefined, side: EndpointSide): string =>
  label(`${side}_service`) || label(`${side}_address`) || label(`${side}_host`) || '';
