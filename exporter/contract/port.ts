/**
 * Values of `dst.port` that are not numbers. `many`: one process attempted to connect to many ports of a destination in
 * vain, as a port scan does.
 */
export const PORT_CLASSES = ['many'] as const;
export type PortClass = (typeof PORT_CLASSES)[number];

/** The port of a destination, or a class of ports. */
export type Port = number | PortClass;

/** The value of the label `dst_port`; undefined if it is absent or empty. */
export function parsePort(label: string | undefined): Port | undefined {
  if (!label) return undefined;
  return PORT_CLASSES.find((name) => name === label) ?? Number(label);
}

/** Orders ports by number, then their classes; edges without a port are first. */
export function comparePorts(one: Port | undefined, other: Port | undefined): number {
  const rank = (port: Port | undefined) =>
    typeof port === 'string' ? 65_536 + PORT_CLASSES.indexOf(port) : (port ?? 0);
  return rank(one) - rank(other);
}

/** `5432`, `many ports`. */
export function portName(port: Port): string {
  return typeof port === 'string' ? `${port} ports` : `${port}`;
}
