import { field, textField } from '../../http/json-fields.ts';

/** What makes pods: its kind and name, as a pod's metadata tells them. */
interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** The labels that hold the hash a Deployment, or a Rollout of Argo, appends to the name of its ReplicaSet. */
const HASH_LABELS = ['pod-template-hash', 'rollouts-pod-template-hash'];
const CONFIG_HASH = 'kubernetes.io/config.hash';
/** A CronJob appends the minute, and up to Kubernetes 1.20 the second, since 1970 to the name of its Job. */
const SCHEDULED = /-\d{8,10}$/;

/**
 * What operators call a pod: `NAMESPACE/WORKLOAD`, the workload being what they have written, not what Kubernetes
 * has made of it. The namespace belongs to the name, since one cluster may run `staging/api` and `live/api`.
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

/** The UIDs under which a pod may stand in a cgroup path. */
export function podUids(pod: unknown): string[] {
  const metadata = field(pod, 'metadata');
  // The API server shows a static pod by a mirror with a UID of its own; the kubelet goes by the hash.
  const hash = textField(field(metadata, 'annotations'), CONFIG_HASH);
  return [textField(metadata, 'uid'), hash].filter((uid) => uid !== undefined);
}

/** Its node for a pod that the kubelet runs by itself: the kubelet's list tells it in the pod, the API as the owner. */
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

/** A ReplicaSet without the label was written by hand, and its name is the workload's. */
function withoutHash(name: string, labels: unknown): string {
  const hashes = HASH_LABELS.map((label) => textField(labels, label)).filter((hash) => hash !== undefined);
  return hashes.reduce((rest, hash) => withoutSuffix(rest, `-${hash}`), name);
}

function withoutSuffix(name: string, suffix: string): string {
  return name.endsWith(suffix) && name.length > suffix.length ? name.slice(0, -suffix.length) : name;
}

/** The one that controls the pod. */
function ownerOf(metadata: unknown): Owner | undefined {
  const references = field(metadata, 'ownerReferences');
  if (!Array.isArray(references)) return undefined;
  const reference = references.find((one) => field(one, 'controller') === true) ?? references[0];
  const kind = textField(reference, 'kind');
  const name = textField(reference, 'name');
  return kind && name ? { kind, name } : undefined;
}
