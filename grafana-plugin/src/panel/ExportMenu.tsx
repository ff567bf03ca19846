import { Dropdown, Menu, ToolbarButton } from '@grafana/ui';
import type { DisplayList } from '../graph/display/display-list.ts';
import { toCsv } from '../graph/export/csv.ts';
import { toJson } from '../graph/export/json.ts';
import { toMermaid } from '../graph/export/mermaid.ts';
import { toSvg } from '../graph/export/svg.ts';
import type { Graph } from '../graph/graph.ts';
import { download } from './download.ts';
import type { Palette } from './palette.ts';
import { toPng } from './to-png.ts';

interface Props {
  readonly graph: Graph;
  readonly display: DisplayList;
  readonly palette: Palette;
}

/** Saves what is shown, as an image or as data. */
export function ExportMenu({ graph, display, palette }: Props) {
  const save = async (extension: string, type: string, content: string | Promise<Blob>) =>
    download(
      `dependencies.${extension}`,
      typeof content === 'string' ? new Blob([content], { type }) : await content,
    );
  const menu = (
    <Menu ariaLabel="Export">
      <Menu.Item label="SVG image" onClick={() => save('svg', 'image/svg+xml', toSvg(display, palette))} />
      <Menu.Item label="PNG image" onClick={() => save('png', 'image/png', toPng(display, palette))} />
      <Menu.Item label="CSV table" onClick={() => save('csv', 'text/csv', toCsv(graph))} />
      <Menu.Item label="JSON" onClick={() => save('json', 'application/json', toJson(graph))} />
      <Menu.Item label="Mermaid" onClick={() => save('mmd', 'text/plain', toMermaid(graph))} />
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-end">
      <ToolbarButton icon="download-alt" aria-label="Export" tooltip="Save what is shown" />
    </Dropdown>
  );
}
