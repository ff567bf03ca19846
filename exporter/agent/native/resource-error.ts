/** The errors of a process or a kernel that has run out of descriptors or memory, which others may free again. */
const CODES: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']);

export function isResourceError(error: unknown): boolean {
  return CODES.has((error as { code?: unknown } | undefined)?.code);
}
