/**
 * The program on one page:
 *
 *   capture ─▶ aggregate ─▶ nat (where connections really go) ─▶ identify (ends on this host)
 *           ─▶ pair (loopback's other end) ─▶ relays (whom they stand for) ─▶ resolve (ends elsewhere)
 *           ─▶ budget (limits) ─▶ ledger ─▶ metrics
 *
 * Each stage is a function of records in a file of its own. The kernel, `/proc` and the clock come in as
 * arguments.
 */
import { createFold } from './aggregate/fold.ts';
import { withOwnAddress } from './aggregate/own-address.ts';
import { pairLocal } from './aggregate/pair-local.ts';
import { type Capture, type Reading, skippedNamespaces, type TableHealth } from './capture/capture.ts';
import type { Conntrack } from './conntrack/conntrack.ts';
import { indexServices, type ServiceListener, toHalfEdge, toServiceListeners } from './half-edge.ts';
import type { CgroupWorkloads } from './identify/container/cgroup-workloads.ts';
import { createIdentifier } from './identify/identify.ts';
import type { Rule } from './identify/rules.ts';
import { createLimits } from './limit/limits.ts';
import { dnsFamilies } from './metrics/dns-families.ts';
import { edgeFamilies, listenFamily } from './metrics/edge-families.ts';
import type { Family } from './metrics/family.ts';
import { createFoldCounts } from './metrics/folds.ts';
import { createLedger, type Entry } from './metrics/ledger.ts';
import { createSelfMetrics, type SelfMetrics } from './metrics/self-metrics.ts';
import { tableFamilies } from './metrics/table-families.ts';
import { createNetAddresses } from './proc/net-addresses.ts';
import type { Dns } from './resolve/dns/open-dns.ts';
import { createCollapseForwarders } from './resolve/forwarders/collapse-forwarders.ts';
import { createLocalAddresses } from './resolve/local-addresses.ts';
import { createNat } from './resolve/nat/nat.ts';
import { createResolve, type ResolveOptions } from './resolve/resolve.ts';
import { createSiteLabels } from './resolve/site-labels.ts';
import { VERSION } from './version.ts';

export interface PipelineOptions extends ResolveOptions {
  readonly capture: Capture;
  readonly procRoot: string;
  /** The name of this host, as `src.host` and `dst.host` tell it. */
  readonly host: string;
  /** Where this host is, as `src.site` and `dst.site` tell it. */
  readonly site?: string | undefined;
  /** The user's own names for processes, which go before all others. */
  readonly rules?: readonly Rule[] | undefined;
  /** What containers and pods are called; without, their processes go by what they run. */
  readonly workloads?: CgroupWorkloads;
  /** What DNS tells of the ends that are elsewhere. */
  readonly dns?: Dns | undefined;
  /** Where connections go whose addresses this host translates; without, they are told as they were asked for. */
  readonly conntrack?: Conntrack | undefined;
  /** How long an edge stays exported after its last use, in ms. */
  readonly edgeExpiration: number;
  /** Services of this host told apart, those that are asked and those that only ask. */
  readonly maxServices?: number;
  /** Edges told apart of one service, in each direction and transport. */
  readonly maxEdges?: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Milliseconds since any time, never set; the clock unless told otherwise. */
  readonly uptime?: () => number;
}

export interface Pipeline {
  /** Runs one collection cycle. Rejects if the host could not be read; the edges known before stay. */
  runCycle(): Promise<Reading>;
  /** The half-edges known now. */
  edges(): readonly Entry[];
  /** Everything to export, each family made when it is asked for. */
  families(): Iterable<Family>;
  readonly self: SelfMetrics;
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const {
    capture,
    procRoot,
    host,
    rules = [],
    workloads,
    dns,
    edgeExpiration,
    clock,
    uptime = clock,
  } = options;
  const self = createSelfMetrics(clock);
  const fold = createFold();
  const identifier = createIdentifier(procRoot, { rules, ...(workloads && { workloadOf: workloads.of }) });
  const addressesOf = createNetAddresses(procRoot, uptime);
  const nat = createNat(options.conntrack, self, uptime);
  const siteLabels = createSiteLabels(options.site);
  const collapseForwarders = createCollapseForwarders();
  const resolve = createResolve(options);
  const limit = createLimits(options);
  const folds = createFoldCounts(self);
  const ledger = createLedger(edgeExpiration);
  const started = clock();
  let serviceListeners: readonly ServiceListener[] = [];
  let table: TableHealth | undefined;

  const identify = (pid: number | undefined, image?: number) =>
    pid === undefined ? undefined : identifier.identify(pid, image);

  type AddressesOf = (netns: number) => readonly string[];

  function nameListeners(addressesAt: AddressesOf): ServiceListener[] {
    return nat
      .listeners()
      .flatMap((listener) =>
        toServiceListeners(listener, addressesAt(listener.netns), identify(listener.pid), host).map(
          siteLabels.serviceListener,
        ),
      );
  }

  async function run(): Promise<Reading> {
    const reading = await self.time('capture', () => capture.read());
    const unread = new Set(skippedNamespaces(reading).map(({ netns }) => netns));
    const addresses = new Map(
      reading.namespaces.map((namespace) => [namespace.netns, addressesOf(namespace)]),
    );
    const addressesAt = (netns: number) => addresses.get(netns) ?? [];
    await self.time('nat', () => nat.learn(reading, addressesAt));
    const flows = await self.time('aggregate', () => {
      const observations = reading.observations.map((seen) =>
        nat.observation(withOwnAddress(seen, addressesAt(seen.netns))),
      );
      return nat.flows(fold(observations, unread));
    });
    const named = await self.time('identify', async () => {
      const nameAll = () => ({
        serviceListeners: nameListeners(addressesAt),
        halfEdges: flows.map((flow) => {
          const identities = { local: identify(flow.pid, flow.image), remote: identify(flow.remotePid) };
          return siteLabels.halfEdge(toHalfEdge(flow, identities, host));
        }),
      });
      identifier.beginCycle(reading);
      const first = nameAll();
      // Only a pass that meets new containers has to wait, for a second at most.
      if (!(await workloads?.refresh())) return first;
      identifier.refreshNames();
      return nameAll();
    });
    const services = indexServices(named.serviceListeners);
    const paired = await self.time('pair', () => pairLocal(named.halfEdges, services));
    const seen = await self.time('forwarders', () =>
      collapseForwarders(
        { halfEdges: paired, serviceListeners: named.serviceListeners },
        createLocalAddresses(services, addresses),
        folds.note,
      ),
    );
    const now = uptime();
    const here = new Set([...addresses.values()].flat());
    const resolved = await self.time('resolve', () => {
      // Who connects has asked before: the answer is heard by now.
      dns?.listen(reading);
      return resolve(seen.halfEdges, here, folds.note);
    });
    const bounded = await self.time('limit', () =>
      limit({ halfEdges: resolved, serviceListeners: seen.serviceListeners }, now, folds.note),
    );
    serviceListeners = bounded.serviceListeners;
    table = reading.table;
    await self.time('accumulate', () => ledger.record(bounded.halfEdges, clock(), now));
    report(reading);
    return reading;
  }

  function report(reading: Reading): void {
    const { sockets, observations, namespaces } = reading;
    const skipped = skippedNamespaces(reading).length;
    self.replace('captureInfo', 1, { capture: capture.name });
    self.set('buildInfo', 1, { version: VERSION });
    self.set('captureRestarts', capture.restarts ?? 0);
    self.set('sockets', sockets);
    self.set('unattributed', observations.filter(({ open, pid }) => open > 0 && pid === undefined).length);
    self.set('namespaces', namespaces.length - skipped, { state: 'observed' });
    self.set('namespaces', skipped, { state: 'skipped' });
    self.set('edges', ledger.entries().length);
    folds.report();
  }

  return {
    async runCycle() {
      try {
        return await run();
      } catch (error) {
        self.add('cyclesFailed');
        throw error;
      } finally {
        // With the failed ones at once: rules take the difference for passes that saw something.
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
