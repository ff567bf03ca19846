import { RECORDED } from '@musubi/contract/recorded-series';
import { promql } from './promql.ts';

/** Connections of destinations that wait for the report of the other host. */
export const INBOUND_LEFT = 'musubi:inbound:connections_opened:left';

/** A series at the previous evaluation, and only then: a restarted Prometheus has not ended those before. */
export const previously = (series: string, matchers = ''): string => {
  const selected = `${series}${matchers && `{${matchers}}`} offset 1s`;
  return promql`(${selected} and (timestamp(${selected}) == scalar(${RECORDED.evaluationTimestamp} offset 1s)))`;
};
