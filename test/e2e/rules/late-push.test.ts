/** An exporter that could not push for a while pushes what it kept: its connections are counted all the same. */
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { edgeFamilies } from '../../../exporter/src/metrics/edge-families.ts';
import { createLedger } from '../../../exporter/src/metrics/ledger.ts';
import { toBatches } from '../../../exporter/src/metrics/otlp/resource-metrics.ts';
import { createOtlpSender } from '../../../exporter/src/metrics/otlp/sender.ts';
import { halfEdge } from '../../fixtures/half-edges.ts';
import { type Collector, startCollector } from '../../harness/collector.ts';
import { hastened } from '../../harness/hasten.ts';
import { type Prometheus, startPrometheus } from '../../harness/prometheus.ts';
import { RULES } from './edge-rules.ts';

const MINUTE = 60_000;
const BUILD = 15 * MINUTE;

let store: Prometheus;
let collector: Collector | { missing: string };
