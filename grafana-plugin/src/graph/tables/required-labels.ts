/** An edge needs one label of each group; messages name the first of a group. */
export const REQUIRED_LABELS = {
  source: ['src_service', 'src_address', 'src_kind'],
  destination: ['dst_service', 'dst_address', 'dst_kind'],
  port: ['dst_port'],
} as const;

/** The label to name for the first group without any label. */
export const firstMissingLabel = (groups: readonly (readonly string[])[], columns: ReadonlySet<string>) =>
  groups.find((group) => !group.some((label) => columns.has(label)))?.[0];
