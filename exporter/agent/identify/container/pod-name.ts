import { field, textField } from '../../http/json-fields.ts';

/** The controller of a pod, from the pod's metadata. */
interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** The labels with the hash that a Deployment, or a Rollout of Argo, appends to the name of its ReplicaSet. */
const HASH_LABELS = ['pod-template-hash', 'rollouts-pod-template-hash'];
const CONFIG_HASH = 'kubernetes.io/config.hash';
/** A CronJob appends the minute, and up to Kubernetes 1.20 the second, since 1970 to the name of its Job. */
const SCHEDULED = /-\d{8,10}$/;

/**
 * The name that operators use for a pod: `NAMESPACE/WORKLOAD`, where the workload is what they have written and not what
 * Kubernetes derives from it. The namespace is part of it, since a cluster can run `staging/api` and `live/api`.
 */
export function podName(pod: unknown): string | undefined {
  const metadata = field(pod, 'metadata');
  const name = textField(metadata, 'name');
  const namespace = textField(metadata, 'namespace');
  if (!name || !namespace) return undefined;
  const node = nodeOfStatic(pod);
  // A static pod is named after its node as well.
  const workload = node ? withoutSuffix(name, `-${node}`) : ownerName(metadata);
  return `${namespace}/${workload ?? name}`;
}

/** The UIDs that a cgroup path of the pod can contain. */
export function podUids(pod: unknown): string[] {
  const metadata = field(pod, 'metadata');
  // The API server has a mirror of a static pod with a UID of its own; the kubelet uses the hash.
  const hash = textField(field(metadata, 'annotations'), CONFIG_HASH);
  return [textField(metadata, 'uid'), hash].filter((uid) => uid !== undefined);
}

/** The node of a static pod: in the kubelet's list a field of the pod, in the API its owner. */
function nodeOfStatic(pod: unknown): string | undefined {
  const metadata = field(pod, 'metadata');
  if (!textField(field(metadata, 'annotations'), CONFIG_HASH)) return undefined;
  const owner = ownerOf(metadata);
  return owner?.kind === 'Node' ? owner.name : textField(field(pod, 'spec'), 'nodeName');
}

function ownerName(metadata: unknown): string | undefined {
  const owner = ownerOf(metadata);
  if (owner?.kind === 'ReplicaSet') return withoutHash(owner.name, field(metadata, 'labels'));
  if (owner?.kind === 'Job') return owner.name.replace(SCHEDULED, '') || owner.name;
  return owner?.name;
}

/** A ReplicaSet without the label was not made by a Deployment: its name is the workload's. */
function withoutHash(name: string, labels: unknown): string {
  const hashes = HASH_LABELS.map((label) => textField(labels, label)).filter((hash) => hash !== undefined);
  return hashes.reduce((rest, hash) => withoutSuffix(rest, `-${hash}`), name);
}

function withoutSuffix(name: string, suffix: string): string {
  return name.endsWith(suffix) && name.length > suffix.length ? name.slice(0, -suffix.length) : name;
}

/** The owner that controls the pod. */
function ownerOf(metadata: unknown): Owner | undefined {
  const references = field(metadata, 'ownerReferences');
  if (!Array.isArray(references)) return undefined;
  const reference = references.find((owner) => field(owner, 'controller') === true) ?? references[0];
  const kind = textField(reference, 'kind');
  const name = textField(reference, 'name');
  return kind && name ? { kind, name } : undefined;
}
