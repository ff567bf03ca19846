import { css } from '@emotion/css';
import type { FigureName } from '../../graph/model/edge-figures.ts';
import type { Formatters } from './formatters.ts';

interface Props {
  readonly of: FigureName;
  readonly value: number | undefined;
  readonly format: Formatters;
}

/** A formatted figure; its colour is a dot beside it, so that the text stays legible. */
export function Figure({ of: figure, value, format }: Props) {
  if (value === undefined) return format.noText(figure);
  const colour = format.mark(figure, value);
  return (
    <>
      {colour && <span className={dot} style={{ background: colour }} aria-hidden="true" />}
      {format.text(figure, value)}
    </>
  );
}

const dot = css({ display: 'inline-block', width: 8, height: 8, marginRight: 4, borderRadius: '50%' });
