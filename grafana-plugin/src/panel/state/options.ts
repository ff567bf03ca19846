import { t } from '@grafana/i18n';
import type { FocusDirection } from '../../graph/focus/neighbours.ts';
import type { Point } from '../../graph/geometry/rectangle.ts';
import type { Grouping, Level } from '../../graph/levels/levels.ts';
import { AMOUNTS, type Amount } from '../../graph/model/edge-figures.ts';
import type { EdgeState } from '../../graph/model/graph.ts';
import type { EdgeSort } from '../../graph/model/sort-edges.ts';
import type { AroundOptions } from '../query/around-variables.ts';
import { figureNames } from '../texts/figure-names.ts';
import type { EdgeLabel, NodeText } from '../texts/node-texts.ts';

/** A part of the graph that is shown alone. */
export interface Focus {
  /** Key of the node where it starts. */
  readonly node: string;
  /** Key of the node where paths end; undefined: the nodes within some hops are shown. */
  readonly to?: string;
  readonly way: FocusDirection;
  readonly hops: number;
}

/** Maximum number of hops of a focus. */
export const MOST_HOPS = 9;

export const FRAMES = ['none', 'site', 'host', 'service'] as const satisfies readonly ('none' | Grouping)[];

/** Options of the panel, as Grafana stores them in the dashboard. */
export interface PanelOptions {
  readonly edgeLabel: EdgeLabel;
  /** The values shown by the width and the colour of an edge. */
  readonly widthBy: Amount | 'none';
  readonly colourBy: Amount | 'states';
  readonly nodeText: NodeText;
  readonly level: Level;
  /** What nodes are framed by. */
  readonly frames: 'none' | Grouping;
  /** Keys of the collapsed groups: one node each, while frames of their kind are shown. */
  readonly collapsed: readonly string[];
  /** The part of the graph to show; can refer to dashboard variables. */
  readonly around: AroundOptions;
  readonly search: string;
  readonly focus: Focus | null;
  /** Hide edges without traffic in the range. */
  readonly hideIdle: boolean;
  /** Hide the nodes that are connected to nearly all others. */
  readonly muteHubs: boolean;
  /** A node with more neighbours than this is a hub; undefined: depends on the number of nodes. */
  readonly hubPartners?: number | undefined;
  /** Keys of the hubs that are shown nevertheless. */
  readonly shownHubs: readonly string[];
  /** Keys of the nodes and groups that the user has hidden. */
  readonly hidden: readonly string[];
  /** `off`, or the range to compare with: see `otherRange`. */
  readonly compare: string;
  /** Corners of the nodes that the user has moved, by their keys. */
  readonly saved: Readonly<Record<string, Point>>;
  /** Show only edges with one of these states; empty: all. */
  readonly states: readonly EdgeState[];
  /** The order of the table and of the CSV export. */
  readonly sort: EdgeSort;
}

export const DEFAULT_OPTIONS: PanelOptions = {
  edgeLabel: 'bytes',
  widthBy: 'bytes',
  colourBy: 'states',
  nodeText: 'host',
  level: 'instance',
  frames: 'none',
  collapsed: [],
  around: { service: '', host: '', site: '', way: '' },
  search: '',
  focus: null,
  hideIdle: false,
  muteHubs: false,
  shownHubs: [],
  hidden: [],
  compare: 'off',
  states: [],
  saved: {},
  sort: { column: 'bytes', descending: true },
};

export const edgeLabels = (): { value: EdgeLabel; label: string }[] => [
  { value: 'bytes', label: t('edge-label.bytes', 'Port and bytes') },
  { value: 'connections', label: t('edge-label.connections', 'Port and connections') },
  { value: 'port', label: t('edge-label.port', 'Port') },
  { value: 'none', label: t('edge-label.none', 'None') },
];

const amounts = (): { value: Amount; label: string }[] => {
  const names = figureNames();
  return AMOUNTS.map((value) => ({ value, label: names[value] }));
};

export const widthChoices = (): { value: PanelOptions['widthBy']; label: string }[] => [
  { value: 'none', label: t('width.none', 'Uniform') },
  ...amounts(),
];

export const colourChoices = (): { value: PanelOptions['colourBy']; label: string }[] => [
  { value: 'states', label: t('colour.states', 'State: new, vanished, alerting …') },
  ...amounts(),
];

export const nodeTexts = (): { value: NodeText; label: string }[] => [
  { value: 'host', label: t('endpoint.host', 'Host') },
  { value: 'process', label: t('node-text.process', 'Process and PID') },
  { value: 'address', label: t('endpoint.address', 'Address') },
];

export const levelChoices = (): { value: Level; label: string; description: string }[] => [
  {
    value: 'site',
    label: t('level.site', 'Site'),
    description: t('level.site-is', 'One node per site'),
  },
  {
    value: 'host',
    label: t('endpoint.host', 'Host'),
    description: t('level.host-is', 'One node per host'),
  },
  {
    value: 'service',
    label: t('endpoint.service', 'Service'),
    description: t('level.service-is', 'One node per service, across all hosts'),
  },
  {
    value: 'instance',
    label: t('level.instance', 'Instance'),
    description: t('level.instance-is', 'One node per service and host'),
  },
  {
    value: 'process',
    label: t('endpoint.process', 'Process'),
    description: t('level.process-is', 'One node per process of a service'),
  },
];

export const frameChoices = (): { value: PanelOptions['frames']; label: string }[] => [
  { value: 'none', label: t('frames.none', 'No frames') },
  { value: 'site', label: t('frames.site', 'Frame sites') },
  { value: 'host', label: t('frames.host', 'Frame hosts') },
  { value: 'service', label: t('frames.service', 'Frame services') },
];
