import type { MetricDefinition } from '@musubi/contract/catalogue';
import { SELF_METRICS } from '@musubi/contract/catalogue';
import { type Attributes, attributesKey } from './edge-attributes.ts';
import type { Family, Point } from './family.ts';

type SelfMetric = keyof typeof SELF_METRICS;

/** Runs a stage, or a step of it, and records how long it took. */
type StageTimer = <T>(stage: string, run: () => T | Promise<T>) => Promise<T>;

/** The exporter's own health: the latest value of each `musubi.*` metric. */
export interface SelfMetrics {
  set(metric: SelfMetric, value: number, attributes?: Attributes): void;
  /** Likewise, and removes the values with other attributes. For metrics with one set of attributes at a time. */
  replace(metric: SelfMetric, value: number, attributes: Attributes): void;
  add(metric: SelfMetric, by?: number, attributes?: Attributes): void;
  /** A timer for the stages of one cycle. A stage that runs in several steps gets their sum. */
  startTimer(): StageTimer;
  families(): Family[];
}

/** `clock` gives ms since 1970. Counters without attributes start at 0, so that they exist before they count. */
export function createSelfMetrics(clock: () => number): SelfMetrics {
  const since = clock();
  const points = new Map<SelfMetric, Map<string, Point<number>>>();

  function pointsOf(metric: SelfMetric): Map<string, Point<number>> {
    const known = points.get(metric) ?? new Map<string, Point<number>>();
    points.set(metric, known);
    return known;
  }
  function set(metric: SelfMetric, value: number, attributes: Attributes = {}): void {
    pointsOf(metric).set(attributesKey(attributes), { attributes, value, since });
  }

  for (const [metric, definition] of Object.entries(SELF_METRICS) as [SelfMetric, MetricDefinition][]) {
    if (definition.kind === 'counter' && definition.attributes.length === 0) set(metric, 0);
  }

  return {
    set,
    replace(metric, value, attributes) {
      pointsOf(metric).clear();
      set(metric, value, attributes);
    },
    add(metric, by = 1, attributes = {}) {
      set(metric, (pointsOf(metric).get(attributesKey(attributes))?.value ?? 0) + by, attributes);
    },
    startTimer() {
      const seconds = new Map<string, number>();
      return async (stage, run) => {
        const start = performance.now();
        try {
          return await run();
        } finally {
          const sum = (seconds.get(stage) ?? 0) + (performance.now() - start) / 1000;
          seconds.set(stage, sum);
          set('stageDuration', sum, { stage });
        }
      };
    },
    families() {
      set('hostTime', clock() / 1000);
      return [...points].map(([metric, values]) => ({
        definition: SELF_METRICS[metric],
        points: [...values.values()],
      }));
    },
  };
}
