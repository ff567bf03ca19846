import { type DataFrame, type DataQueryRequest, FieldType, type PanelData, rangeUtil } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { useMemo } from 'react';
import type { TimeRange } from '../../graph/compare/previous-range.ts';
import { spreadPoints, type TrendPoints } from '../../graph/trend/points.ts';
import {
  type PanelQuery,
  type TrendLine,
  type TrendSubject,
  trendQueries,
} from '../../graph/trend/trend-queries.ts';
import type { ExtraQueries, QueryResult } from '../query/run-queries.ts';
import { useQueryResult } from '../query/use-query-result.ts';
import { errorText } from '../texts/error-texts.ts';

type Query = DataQueryRequest['targets'][number] & PanelQuery;

/** A node or an edge over time. */
export interface Trend {
  /** `none`: the panel has no query for it; `too-many`: it represents too many dependencies for one query. */
  readonly state: 'none' | 'too-many' | 'loading' | 'ready';
  readonly lines: readonly { readonly line: TrendLine; readonly points: TrendPoints }[];
  /** The length of each step, such as `1m`. */
  readonly step: string;
  readonly error: string;
}

/** Maximum number of steps in a range. */
const STEPS = 60;
/** Scrapes per step, so that a missed one leaves no gap. */
const SCRAPES = 4;
/** Grafana's default scrape interval, for data sources that do not set one. */
const SCRAPE = '15s';

/** Queries the values of a node or an edge over a range: the recorded part of the panel's. */
export function useTrend({ request }: PanelData, { from, to }: TimeRange, subject: TrendSubject): Trend {
  const queries = request?.targets.filter(isQuery) ?? [];
  const stepMs = Math.max(rangeUtil.roundInterval((to - from) / STEPS), SCRAPES * scrapeMs(queries));
  const seconds = Math.ceil(stepMs / 1000);
  const trend = trendQueries(queries, subject, seconds);
  // Compared as text: each refresh creates new objects, mostly with the same content.
  const targetsText = JSON.stringify(
    trend?.map(({ line, of, expr }) => ({
      ...of,
      refId: line,
      expr,
      interval: `${seconds}s`,
      format: 'time_series',
      instant: false,
      range: true,
    })) ?? [],
  );
  const extra = useMemo((): ExtraQueries | undefined => {
    const targets = JSON.parse(targetsText);
    return request && targets.length > 0 ? { request, targets, range: { from, to } } : undefined;
  }, [request, targetsText, from, to]);
  const { result } = useQueryResult(extra, targetsText);
  const lines = useMemo(
    () => (result ? readLines(result, { from, to }, seconds * 1000) : []),
    [result, from, to, seconds],
  );
  return {
    state: !trend ? 'too-many' : !extra ? 'none' : result ? 'ready' : 'loading',
    lines,
    step: rangeUtil.secondsToHms(seconds),
    error: result ? errorText({ errors: [...result.errors] }) : '',
  };
}

const isQuery = (target: DataQueryRequest['targets'][number]): target is Query =>
  !target.hide && 'expr' in target && typeof target.expr === 'string';

function scrapeMs([query]: readonly Query[]): number {
  const settings = getDataSourceSrv().getInstanceSettings(query?.datasource)?.jsonData;
  const { timeInterval } = (settings ?? {}) as { timeInterval?: string };
  return rangeUtil.intervalToMs(timeInterval || SCRAPE);
}

/** A line without values is omitted. */
function readLines(
  { series }: QueryResult,
  range: { from: number; to: number },
  stepMs: number,
): Trend['lines'] {
  return series.flatMap((frame) => {
    const [times, values] = [FieldType.time, FieldType.number].map((type) => valuesOf(frame, type));
    if (!times?.length || !values) return [];
    const line = frame.refId as TrendLine;
    // No report means no connections, but an unknown round-trip time.
    const points = spreadPoints(times, values, range, stepMs, line === 'rtt' ? null : 0);
    return points.values.some((value) => value !== null) ? [{ line, points }] : [];
  });
}

const valuesOf = (frame: DataFrame, type: FieldType): number[] | undefined =>
  frame.fields.find((field) => field.type === type)?.values;
