import { t } from '@grafana/i18n';
import { Dropdown, Menu, ToolbarButton } from '@grafana/ui';
import type { Drawing } from '../../graph/display/drawing.ts';
import { toCsv } from '../../graph/export/csv.ts';
import { toJson } from '../../graph/export/json.ts';
import { toMermaid } from '../../graph/export/mermaid.ts';
import { toSvg } from '../../graph/export/svg.ts';
import type { Graph } from '../../graph/model/graph.ts';
import { type EdgeSort, sortEdges } from '../../graph/model/sort-edges.ts';
import type { Palette } from '../canvas/palette.ts';
import { toPng } from '../canvas/to-png.ts';
import { STATE_LOOKS } from '../texts/state-looks.ts';

interface Props {
  readonly graph: Graph;
  readonly drawing: Drawing;
  readonly palette: Palette;
  /** The order of the table, also used for the CSV. */
  readonly sort: EdgeSort;
}

/** Exports the current view as an image or as data. */
export function ExportMenu({ graph, drawing, palette, sort }: Props) {
  const save = async (extension: string, type: string, content: string | Promise<Blob>) =>
    download(
      `dependencies.${extension}`,
      typeof content === 'string' ? new Blob([content], { type }) : await content,
    );
  const menu = (
    <Menu ariaLabel={t('export.name', 'Export')}>
      <Menu.Item
        label={t('export.svg', 'SVG image')}
        onClick={() => save('svg', 'image/svg+xml', toSvg(drawing.whole(), palette))}
      />
      <Menu.Item
        label={t('export.png', 'PNG image')}
        onClick={() => save('png', 'image/png', toPng(drawing, palette))}
      />
      <Menu.Item
        label={t('export.csv', 'CSV table')}
        onClick={() => save('csv', 'text/csv', toCsv(sortEdges(graph, sort)))}
      />
      <Menu.Item
        label={t('export.json', 'JSON')}
        onClick={() => save('json', 'application/json', toJson(graph))}
      />
      <Menu.Item
        label={t('export.mermaid', 'Mermaid')}
        onClick={() =>
          save(
            'mmd',
            'text/plain',
            toMermaid(graph, (state) => STATE_LOOKS[state].word()),
          )
        }
      />
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-end">
      <ToolbarButton
        icon="download-alt"
        aria-label={t('export.name', 'Export')}
        tooltip={t('export.tooltip', 'Export the current view')}
      />
    </Dropdown>
  );
}

/** Offers a file for download. */
function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
