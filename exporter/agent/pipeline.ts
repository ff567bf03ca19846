/**
 * The program on one page:
 *
 *   capture ─▶ nat (addresses on the wire) ─▶ aggregate (connections into flows) ─▶ identify (names on this host)
 *           ─▶ pair (servers of loopback connections, and failed attempts) ─▶ forwarders (the services behind them)
 *           ─▶ resolve (names of remote addresses) ─▶ limit (cardinality) ─▶ accumulate ─▶ metrics
 *
 * Each stage is a function of records in a file of its own. The kernel, `/proc` and the clock are arguments.
 */
import { createFold, type Flow } from './aggregate/fold.ts';
import { withoutWildcard } from './aggregate/wildcard-address.ts';
import {
  type Capture,
  type Listener,
  type Reading,
  skippedNamespaces,
  type TableHealth,
} from './capture/capture.ts';
import type { Conntrack } from './conntrack/conntrack.ts';
import {
  createReachableAddresses,
  type HostEdges,
  indexServices,
  type ServiceListener,
  toHalfEdge,
  toServiceListeners,
  withoutForeignListeners,
} from './half-edge.ts';
import type { CgroupWorkloads } from './identify/container/cgroup-workloads.ts';
import { createIdentifier } from './identify/identify.ts';
import type { Rule } from './identify/rules.ts';
import { createLimits } from './limit/limits.ts';
import { edgeFamilies, listenFamily } from './metrics/edge-families.ts';
import type { Family } from './metrics/family.ts';
import { createFoldCounts } from './metrics/folds.ts';
import { dnsFamilies, tableFamilies } from './metrics/health-families.ts';
import { createLedger, type LedgerEntry } from './metrics/ledger.ts';
import { createSelfMetrics, type SelfMetrics } from './metrics/self-metrics.ts';
import { ownNetworkNamespace, readNetworkNamespace } from './proc/namespaces.ts';
import { createNetAddresses } from './proc/net-addresses.ts';
import { createAwaitListeners } from './resolve/await-listeners.ts';
import type { Dns } from './resolve/dns/open-dns.ts';
import { createFollowFallBacks } from './resolve/fall-backs.ts';
import { createCollapseForwarders } from './resolve/forwarders/collapse-forwarders.ts';
import { createLocalAddresses } from './resolve/local-addresses.ts';
import { createRememberListeners } from './resolve/lost-listeners.ts';
import { type AddressesAt, createNat } from './resolve/nat/nat.ts';
import { pairLocal } from './resolve/pair-local.ts';
import { createResolve, type ResolveOptions } from './resolve/resolve.ts';
import { createSiteLabels } from './resolve/site-labels.ts';
import { VERSION } from './version.ts';

export interface PipelineOptions extends ResolveOptions {
  readonly capture: Capture;
  readonly procRoot: string;
  /** The host name in `src.host` and `dst.host`. It may change between cycles. */
  readonly host: string | (() => string);
  /** The site of this host in `src.site` and `dst.site`. */
  readonly site?: string | undefined;
  /** The user's rules for naming processes, which precede all other names. */
  readonly rules?: readonly Rule[] | undefined;
  /** Names of containers and pods. Without, their processes are named by their programs. */
  readonly workloads?: CgroupWorkloads;
  /** Names of remote addresses, from DNS. */
  readonly dns?: Dns | undefined;
  /** Connections that this host translates (NAT). Without, they keep their original destination addresses. */
  readonly conntrack?: Conntrack | undefined;
  /** How long an edge is exported after its last use, in ms. */
  readonly edgeExpiration: number;
  /** Maximum number of distinct services of this host: of servers, and of pure clients. */
  readonly maxServices?: number;
  /** Maximum number of distinct edges per service, direction and transport. */
  readonly maxEdges?: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Monotonic, in ms. Defaults to `clock`. */
  readonly uptime?: () => number;
}

/** The settings that can change while the pipeline runs. */
export type PipelineConfig = Required<
  Pick<
    PipelineOptions,
    'site' | 'rules' | 'networks' | 'internet' | 'edgeExpiration' | 'maxServices' | 'maxEdges'
  >
>;

export interface Pipeline {
  /** Uses other settings from the next cycle on. Edges and their sums stay. */
  reconfigure(config: PipelineConfig): void;
  /**
   * Runs one collection cycle. Rejects if the host could not be read; the edges known before stay. The last one holds
   * nothing back for a later one.
   */
  runCycle(options?: { readonly isLast?: boolean }): Promise<Reading>;
  /** The half-edges known now. */
  edges(): readonly LedgerEntry[];
  /** All metrics, each family made on demand. */
  families(): Iterable<Family>;
  readonly self: SelfMetrics;
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const { capture, procRoot, host: hostName, workloads, dns, clock, uptime = clock } = options;
  const self = createSelfMetrics(clock);
  const addressesOf = createNetAddresses(procRoot, uptime);
  const nat = createNat(options.conntrack, self);
  const fold = createFold();
  const rememberListeners = createRememberListeners(
    (netns, pid) => readNetworkNamespace(procRoot, pid) === netns,
  );
  const awaitListeners = createAwaitListeners();
  const followFallBacks = createFollowFallBacks((address) => dns?.queriedName(address));
  const collapseForwarders = createCollapseForwarders();
  let { identifier, siteLabels, resolve, limit } = configuredStages(options);
  let nextConfig: PipelineConfig | undefined;
  const folds = createFoldCounts(self);
  const ledger = createLedger(options.edgeExpiration);
  const started = clock();
  const ownPid = ownNetworkNamespace(procRoot)[0]?.pid;
  let serviceListeners: readonly ServiceListener[] = [];
  let table: TableHealth | undefined;

  /** Between cycles, as a cycle must not mix two configurations. */
  function applyConfig(): void {
    if (!nextConfig) return;
    ({ identifier, siteLabels, resolve, limit } = configuredStages({ ...options, ...nextConfig }));
    ledger.setExpiration(nextConfig.edgeExpiration);
    nextConfig = undefined;
  }

  async function observe(isLast: boolean): Promise<Reading> {
    applyConfig();
    const time = self.startTimer();
    const reading = await time('capture', () => capture.read());
    const now = uptime();
    const addresses = new Map(
      reading.namespaces.map((namespace) => [namespace.netns, addressesOf(namespace)]),
    );
    const addressesAt = (netns: number) => addresses.get(netns) ?? [];

    const observations = await time('nat', () => {
      nat.learn(reading, addressesAt, now);
      const observed = reading.observations.map((observation) =>
        withoutWildcard(observation, addressesAt(observation.netns)),
      );
      return nat.translateObservations(observed, now);
    });
    const unread = new Set(skippedNamespaces(reading).map(({ netns }) => netns));
    const folded = await time('aggregate', () => fold(observations, unread));
    const { flows, ...listeners } = await time('nat', () => ({
      flows: nat.translateFlows(folded, reading.traces, addressesAt, now),
      bound: withoutForeignListeners(reading.listeners, addressesAt),
      published: nat.publishedListeners(reading.listeners, addressesAt, now),
    }));

    const named = await time('identify', () => {
      identifier.beginCycle(reading);
      return nameAll(flows, listeners, addressesAt);
    });
    const known = rememberListeners(named.serviceListeners, reading, now);
    const services = indexServices(known);
    const localAddresses = createLocalAddresses(services, addresses);
    const paired = await time('pair', () => {
      // A program resolves a name before it connects, so the response has been captured by now.
      dns?.readResponses(reading);
      const answered = awaitListeners(named.halfEdges, localAddresses, now, isLast);
      return followFallBacks(pairLocal(answered, services), isLast);
    });
    const collapsed = await time('forwarders', () =>
      collapseForwarders(
        { halfEdges: paired, serviceListeners: known },
        localAddresses,
        { fold: folds.note, unattributed: (failures) => self.add('failuresUnattributed', failures) },
        isLast,
      ),
    );
    const current = collapsed.serviceListeners.filter(({ isLost }) => !isLost);
    const resolved = await time('resolve', () =>
      resolve(collapsed.halfEdges, new Set([...addresses.values()].flat()), folds.note),
    );
    const limited = await time('limit', () =>
      limit({ serviceListeners: current, halfEdges: resolved }, now, folds.note),
    );
    await time('accumulate', () => ledger.record(limited.halfEdges, clock(), now));

    serviceListeners = limited.serviceListeners;
    table = reading.table;
    report(reading);
    return reading;
  }

  /** Names the processes of this host, and once more if containers have been named meanwhile. */
  async function nameAll(
    flows: readonly Flow[],
    { bound, published }: Readonly<Record<'bound' | 'published', readonly Listener[]>>,
    addressesAt: AddressesAt,
  ): Promise<HostEdges> {
    const host = typeof hostName === 'string' ? hostName : hostName();
    const reachableAddresses = createReachableAddresses([...bound, ...published], addressesAt);
    const identify = (pid: number | undefined, image?: number) =>
      pid === undefined ? undefined : identifier.identify(pid, image);
    const nameListeners = (listeners: readonly Listener[]) =>
      listeners.flatMap((listener) =>
        toServiceListeners(listener, reachableAddresses(listener), identify(listener.pid), host).map(
          siteLabels.serviceListener,
        ),
      );
    const name = () => ({
      serviceListeners: [
        ...nameListeners(bound),
        ...nameListeners(published).map((listener) => ({ ...listener, isPublished: true }) as const),
      ],
      halfEdges: flows.map((flow) => {
        const identities = { local: identify(flow.pid, flow.image), remote: identify(flow.remotePid) };
        return siteLabels.halfEdge(toHalfEdge(flow, identities, host));
      }),
    });
    const first = name();
    // Waits only if there are new containers, and for a second at most.
    if (!(await workloads?.refresh())) return first;
    identifier.refreshNames();
    return name();
  }

  function report(reading: Reading): void {
    const { sockets, observations, namespaces } = reading;
    const skipped = skippedNamespaces(reading).length;
    self.replace('captureInfo', 1, { capture: capture.name });
    const own = ownPid === undefined ? undefined : identifier.identify(ownPid);
    self.replace('buildInfo', 1, { version: VERSION, ...(own && { 'exporter.service': own.service }) });
    self.set('captureRestarts', capture.restarts ?? 0);
    self.set('sockets', sockets);
    self.set('unattributed', observations.filter(({ open, pid }) => open > 0 && pid === undefined).length);
    self.set('namespaces', namespaces.length - skipped, { state: 'observed' });
    self.set('namespaces', skipped, { state: 'skipped' });
    self.set('edges', ledger.entries().length);
    folds.report();
  }

  return {
    reconfigure({ site, rules, networks, internet, edgeExpiration, maxServices, maxEdges }) {
      nextConfig = { site, rules, networks, internet, edgeExpiration, maxServices, maxEdges };
    },
    async runCycle({ isLast = false } = {}) {
      try {
        return await observe(isLast);
      } catch (error) {
        self.add('cyclesFailed');
        throw error;
      } finally {
        // Together with the failed ones: rules subtract these to get the successful cycles.
        self.add('cycles');
      }
    },
    edges: () => ledger.entries(),
    *families() {
      yield* edgeFamilies(ledger.entries());
      yield listenFamily(serviceListeners, started);
      yield* self.families();
      yield* tableFamilies(table, started);
      yield* dnsFamilies(dns?.health, started);
    },
    self,
  };
}

/** The stages that depend on the user's configuration. */
function configuredStages(options: PipelineOptions) {
  const { procRoot, rules = [], site, workloads } = options;
  return {
    identifier: createIdentifier(procRoot, { rules, ...(workloads && { workloadOf: workloads.of }) }),
    siteLabels: createSiteLabels(site),
    resolve: createResolve(options),
    limit: createLimits(options),
  };
}
