/** `ID`, `docker-ID.scope`, or the `SLICE:cri-containerd:ID` of an engine configured with the wrong cgroup driver. */
const CONTAINER =
  /^(?:[^:]*:)?(?:(docker|cri-containerd|nerdctl|crio|libpod)[-:])?([0-9a-f]{64})(?:\.scope)?$/;

/** The container that a component of a cgroup path belongs to, with the prefix of its engine. */
export function containerAt(part: string): { readonly id: string; readonly prefix?: string } | undefined {
  const [, prefix, id] = CONTAINER.exec(part) ?? [];
  return id === undefined ? undefined : { id, ...(prefix !== undefined && { prefix }) };
}
