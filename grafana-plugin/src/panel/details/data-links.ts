import {
  type DataFrame,
  type Field,
  getLinksSupplier,
  type InterpolateFunction,
  type LinkModel,
  locationUtil,
} from '@grafana/data';
import type { Graph, GraphElement } from '../../graph/model/graph.ts';
import { rowMatchesEdge, rowMatchesEndpoint, type Side } from '../../graph/tables/match-rows.ts';
import { canonicalName, textAt } from '../../graph/tables/table.ts';

export type DataLink = Pick<LinkModel<Field>, 'href' | 'title' | 'target' | 'onClick'>;

/** Maximum number of links, after duplicates are removed. */
const MOST_LINKS = 12;
const SIDES: readonly Side[] = ['src', 'dst'];

/**
 * The data links of a node or an edge: for each linked field of a frame those of the first row that is about the target
 * and has a value, as each endpoint names only itself. An edge has the links of all fields, a node those of its own labels.
 */
export function dataLinks(
  frames: readonly DataFrame[],
  target: GraphElement,
  graph: Graph,
  replace: InterpolateFunction,
  timeZone: string,
): DataLink[] {
  const matchRow = rowTest(target, graph);
  const links = new Map<string, DataLink>();
  for (const frame of frames) {
    const linked = new Set(frame.fields.filter((field) => field.config.links?.length));
    const cells = readCells(frame);
    for (let row = 0; row < frame.length && linked.size > 0; row++) {
      const wanted = matchRow((label) => cells(label, row));
      if (!wanted) continue;
      for (const field of linked) {
        if (textAt(field, row) === '' || !wanted(canonicalName(field.name))) continue;
        linked.delete(field);
        for (const link of linksOfCell(frame, field, row, replace, timeZone)) {
          links.set(`${link.title}\0${link.href}`, link);
        }
      }
    }
  }
  return [...links.values()].slice(0, MOST_LINKS);
}

type Cells = (label: string) => string;

/** Tests whether a row is about the target; if so, returns a test for its fields. */
function rowTest(
  { type, key }: GraphElement,
  { nodes, edges }: Graph,
): (cell: Cells) => ((field: string) => boolean) | undefined {
  const nodeOf = (wanted: string | undefined) => nodes.find((node) => node.key === wanted);
  if (type === 'node') {
    const node = nodeOf(key);
    return (cell) => {
      const sides = node ? SIDES.filter((side) => rowMatchesEndpoint(cell, side, node)) : [];
      return sides.length > 0 ? (field) => sides.some((side) => field.startsWith(`${side}_`)) : undefined;
    };
  }
  const edge = edges.find((each) => each.key === key);
  const [source, target] = [nodeOf(edge?.source), nodeOf(edge?.target)];
  return (cell) =>
    edge && source && target && rowMatchesEdge(cell, edge, source, target) ? () => true : undefined;
}

/** Reads labels by their canonical names, from the columns of a table or from a series. */
function readCells({ fields }: DataFrame): (label: string, row: number) => string {
  const columns = new Map(fields.map((field) => [canonicalName(field.name), field]));
  const labels = new Map(
    fields
      .flatMap((field) => Object.entries(field.labels ?? {}))
      .map(([name, value]) => [canonicalName(name), value]),
  );
  return (label, row) => labels.get(label) ?? textAt(columns.get(label), row);
}

/** In a table the labels of a value are other columns; links can refer to them as labels nevertheless. */
function linksOfCell(
  frame: DataFrame,
  field: Field,
  row: number,
  replace: InterpolateFunction,
  timeZone: string,
): DataLink[] {
  const labels = Object.fromEntries(
    frame.fields.filter((each) => each !== field).map((each) => [each.name, textAt(each, row)]),
  );
  const labelled = { ...field, labels: { ...labels, ...field.labels } };
  const value = { ...field.state?.scopedVars?.__dataContext?.value, data: [frame], frame, field: labelled };
  const scoped = { ...field.state?.scopedVars, __dataContext: { value: { ...value, rowIndex: row } } };
  return (field.config.links ?? []).flatMap((link) => {
    const alone = { ...labelled, config: { ...field.config, links: [link] } };
    const [model] = getLinksSupplier(frame, alone, scoped, replace, timeZone)({ valueRowIndex: row });
    if (!model || link.internal || link.onBuildUrl || link.onClick || model.href === BLANK)
      return model ?? [];
    // Grafana's sanitizer decodes the URLs it accepts, so that an `&` in a name would end its parameter.
    const url = locationUtil.assureBaseUrl(link.url.replaceAll('\n', ''));
    return { ...model, href: replace(url, scoped, 'uriencode') };
  });
}

/** Grafana's sanitizer replaces links that would run code by this. */
const BLANK = 'about:blank';

const FOLLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** Whether an address leads to a page and runs no code: Grafana's own check can be disabled. */
export function isHarmless(href: string, page: string): boolean {
  const url = URL.parse(href, page);
  return url !== null && FOLLOWED.has(url.protocol);
}
