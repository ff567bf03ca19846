import { t } from '@grafana/i18n';
import type { MouseEvent } from 'react';
import { legible } from '../../graph/display/text/legible.ts';
import type { EdgeRow as EdgeWithNodes } from '../../graph/model/edge-rows.ts';
import { bytesOf } from '../../graph/model/figures.ts';
import type { GraphEdge } from '../../graph/model/graph.ts';
import { Figure } from '../texts/Figure.tsx';
import type { Formatters } from '../texts/formatters.ts';
import { listenerOf, titleAtHost } from '../texts/node-texts.ts';
import { stateText } from '../texts/state-looks.ts';
import { ROW_HEIGHT } from './use-row-window.ts';

interface Props extends EdgeWithNodes {
  /** Among all rows, from 0. */
  readonly index: number;
  readonly format: Formatters;
  readonly tabIndex: number;
  readonly onFocus: () => void;
  readonly onPick: (event: MouseEvent) => void;
}

/** An edge as a row of text. Its `data-*` attributes hold the same values for programs. */
export function EdgeRow({ edge, source, target, index, format, tabIndex, onFocus, onPick }: Props) {
  const { opened, failed, open, lastSeen } = edge.figures;
  const bytes = bytesOf(edge.figures);
  return (
    <tr
      style={{ height: ROW_HEIGHT }}
      // The header is row 1.
      aria-rowindex={index + 2}
      data-row={index}
      data-source={source.title}
      data-source-host={source.host}
      data-source-process={edge.src.processes.join(',')}
      data-source-pid={edge.src.pids.join(',')}
      data-destination={target.title}
      data-destination-host={target.host}
      data-destination-process={edge.dst.processes.join(',')}
      data-destination-pid={edge.dst.pids.join(',')}
      data-port={edge.port}
      data-transport={edge.transport}
      data-connections={opened === undefined ? '' : Math.round(opened)}
      data-open={open ?? ''}
      data-bytes={bytes === undefined ? '' : Math.round(bytes)}
      data-last-seen={lastSeen ?? ''}
      data-seen-by={edge.seenBy}
      data-directed={edge.directed}
      data-states={edge.states.join(' ')}
    >
      <td>
        <button type="button" tabIndex={tabIndex} onFocus={onFocus} onClick={onPick}>
          {titleAtHost(source)}
        </button>
      </td>
      <td>{titleAtHost(target)}</td>
      <td>{listenerOf(edge)}</td>
      <td>{legible(edge.transport)}</td>
      <td>
        <Figure of="opened" value={opened} format={format} />
      </td>
      <td>
        <Figure of="failed" value={failed} format={format} />
      </td>
      <td>
        <Figure of="open" value={open} format={format} />
      </td>
      <td>
        <Figure of="bytes" value={bytes} format={format} />
      </td>
      <td>
        <Figure of="lastSeen" value={lastSeen} format={format} />
      </td>
      <td>{seenBy(edge)}</td>
      <td>{stateText(edge.states)}</td>
    </tr>
  );
}

function seenBy({ directed, seenBy: by }: GraphEdge): string {
  if (!directed) return t('reported-by.undirected', 'one endpoint, direction unknown');
  if (by === 'unknown') return t('reported-by.unknown', 'unknown');
  if (by === 'none') return t('reported-by.none', 'none');
  if (by === 'both') return t('reported-by.both', 'both endpoints');
  return by === 'source' ? t('reported-by.source', 'source') : t('reported-by.destination', 'destination');
}
