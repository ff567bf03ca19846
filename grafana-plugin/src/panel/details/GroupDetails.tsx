import { t } from '@grafana/i18n';
import type { Drawing } from '../../graph/display/drawing.ts';
import { legible } from '../../graph/display/text/legible.ts';

interface Props {
  readonly drawing: Drawing;
  readonly group: string;
}

/** The details of a group that is drawn as a tile. */
export function GroupDetails({ drawing, group }: Props) {
  const { tiles, links } = drawing.far();
  const tile = tiles.find(({ key }) => key === group);
  if (!tile) return null;
  const sum = (end: 'source' | 'target') =>
    links.filter((link) => link[end] === group).reduce((total, { edges }) => total + edges, 0);
  const rows = [
    [t('group.nodes', 'Nodes'), tile.members],
    [t('group.out', 'Outgoing dependencies'), sum('source')],
    [t('group.in', 'Incoming dependencies'), sum('target')],
  ] as const;
  return (
    <>
      <h3>{legible(tile.title)}</h3>
      <table>
        <tbody>
          {rows.map(([name, count]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{count.toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{t('group.zoom', 'Click to zoom in')}</p>
    </>
  );
}
