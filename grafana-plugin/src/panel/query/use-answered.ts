import { LoadingState, type PanelData } from '@grafana/data';
import { useState } from 'react';

const isAnswered = ({ state }: PanelData): boolean =>
  state !== LoadingState.Loading && state !== LoadingState.NotStarted;

/** The panel's data; while a refresh is running the data before it, with the request and range that it belongs to. */
export function useAnswered(data: PanelData): PanelData {
  const [answered, setAnswered] = useState(data);
  if (!isAnswered(data)) return answered;
  if (data !== answered) setAnswered(data);
  return data;
}
