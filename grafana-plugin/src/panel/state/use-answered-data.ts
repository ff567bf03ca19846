import type { InterpolateFunction, PanelData } from '@grafana/data';
import { useRef } from 'react';
import { type Answer, answerToDraw, questionOf } from './answered-data.ts';

/** The data to draw, and since when every refresh has failed: undefined if the data is the latest. */
interface AnsweredData {
  readonly data: PanelData;
  /** Unix time in milliseconds of the request for the data. */
  readonly keptFrom: number | undefined;
}

/** Keeps the data of the last refresh that was answered. */
export function useAnsweredData(latest: PanelData, replace: InterpolateFunction): AnsweredData {
  const kept = useRef<Answer>(undefined);
  const answer = answerToDraw(kept.current, { data: latest, question: questionOf(latest, replace) });
  kept.current = answer;
  const { data } = answer;
  return {
    data,
    keptFrom: data === latest ? undefined : (data.request?.startTime ?? data.timeRange.to.valueOf()),
  };
}
