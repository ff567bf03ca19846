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

/** Links that are alike are one; more than these nobody reads. */
const MOST_LINKS = 12;
const SIDES: readonly Side[] = ['src', 'dst'];

/**
 * The data links of the fields that tell of a node or an edge, for the first row of each frame that does and has the
 * field: either end knows only itself by name. Of an edge those of all fields, of a node of the labels of its side.
 */
export function dataLinks(
  frames: readonly DataFrame[],
  target: GraphElement,
  graph: Graph,
  replace: InterpolateFunction,
  timeZone: string,
): DataLink[] {
  const tells = rowTest(target, graph);
  const links = new Map<string, DataLink>();
  for (const frame of frames) {
    const linked = new Set(frame.fields.filter((field) => field.config.links?.length));
    const cells = readCells(frame);
    for (let row = 0; row < frame.length && linked.size > 0; row++) {
      const wanted = tells((label) => cells(label, row));
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

/** Tells of a row whether it is about the target and, if so, which of its fields are. */
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

/** Reads labels by their canonical names: of the columns of a table, or of a series. */
function readCells({ fields }: DataFrame): (label: string, row: number) => string {
  const columns = new Map(fields.map((field) => [canonicalName(field.name), field]));
  const labels = new Map(
    fields
      .flatMap((field) => Object.entries(field.labels ?? {}))
      .map(([name, value]) => [canonicalName(name), value]),
  );
  return (label, row) => labels.get(label) ?? textAt(columns.get(label), row);
}

/** In a table the labels of a value stand in other columns: links may ask for them all the same. */
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
    // Grafana's sanitizer decodes what it lets pass, so that an `&` of a name would end its parameter.
    const url = locationUtil.assureBaseUrl(link.url.replaceAll('\n', ''));
    return { ...model, href: replace(url, scoped, 'uriencode') };
  });
}

/** What Grafana's sanitizer makes of a link that would run something. */
const BLANK = 'about:blank';

const FOLLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** Whether an address leads to a page, and runs nothing here: Grafana can be told not to look. */
export function isHarmless(href: string, page: string): boolean {
  const url = URL.parse(href, page);
  return url !== null && FOLLOWED.has(url.protocol);
}
