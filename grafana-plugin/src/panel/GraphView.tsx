import { css } from '@emotion/css';
import { useTheme2 } from '@grafana/ui';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { DisplayList } from '../graph/display/display-list.ts';
import type { Target } from '../graph/display/hit-test.ts';
import { neighbourhood } from '../graph/display/neighbourhood.ts';
import type { View } from '../graph/display/view.ts';
import type { Graph, GraphEdge } from '../graph/graph.ts';
import { distinct } from '../graph/order.ts';
import { Details } from './Details.tsx';
import { EdgeTable } from './EdgeTable.tsx';
import type { Formatters } from './formatters.ts';
import { GraphCanvas, type Hover } from './GraphCanvas.tsx';
import { Legend } from './Legend.tsx';
import type { PanelOptions } from './options.ts';
import { createPalette } from './palette.ts';
import { Toolbar } from './Toolbar.tsx';
import { useDisplay } from './use-display.ts';
import { type OwnView, useView } from './use-view.ts';

interface Props {
  readonly graph: Graph;
  readonly options: PanelOptions;
  readonly onChange: (change: Partial<PanelOptions>) => void;
  readonly format: Formatters;
  readonly width: number;
  readonly height: number;
  readonly ownView: OwnView;
}

/** Heights of the bars above and below the drawing. */
const TOOLBAR = 40;
const LEGEND = 24;

const asTarget = (edge: GraphEdge): Target => ({ type: 'edge', key: edge.key });

/** The graph with its controls: drawing, details, legend and the table that says the same in text. */
export function GraphView(props: Props) {
  const { graph, options, format, width, height, ownView } = props;
  const theme = useTheme2();
  const hosts = distinct(graph.nodes.map((node) => node.host)).join('\n');
  const palette = useMemo(() => createPalette(theme, hosts.split('\n')), [theme, hosts]);
  const display = useDisplay(graph, options, format, palette.measure);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [table, setTable] = useState(false);
  const room = height - TOOLBAR - LEGEND;
  const tableHeight = table ? Math.round(room * 0.45) : 0;
  const graphHeight = room - tableHeight;
  const control = useView(canvas, display, width, graphHeight, ownView);

  const [hover, setHover] = useState<Hover>();
  const [pinned, setPinned] = useState<Target>();
  const [focused, setFocused] = useState<Target>();
  const onFocus = useCallback((edge: GraphEdge | undefined) => setFocused(edge && asTarget(edge)), []);
  const onPickRow = useCallback((edge: GraphEdge | undefined) => setPinned(edge && asTarget(edge)), []);
  // The same target stays the same object: as long as the pointer is on it, nothing is drawn anew.
  const onHover = useCallback(
    (next: Hover | undefined) =>
      setHover((last) =>
        next && last && next.target.key === last.target.key ? { ...next, target: last.target } : next,
      ),
    [],
  );
  // A refresh may have taken away what was pointed at or pinned.
  const cornered = ifDrawn(display, pinned) ?? ifDrawn(display, focused);
  const pointed = hover && ifDrawn(display, hover.target) && hover;
  const size = { width, height: graphHeight };

  return (
    <>
      <Toolbar
        height={TOOLBAR}
        options={options}
        onChange={props.onChange}
        onFit={control.fit}
        table={table}
        onTable={setTable}
      />
      <div className={stage}>
        <GraphCanvas
          canvas={canvas}
          display={display}
          palette={palette}
          control={control}
          width={width}
          height={graphHeight}
          label={`Dependency graph of ${graph.nodes.length} services and peers with ${graph.edges.length} dependencies; the table that follows lists them`}
          focus={pointed?.target ?? ifDrawn(display, focused) ?? cornered}
          onHover={onHover}
          onPick={setPinned}
        />
        {cornered && (
          <Details
            graph={graph}
            format={format}
            target={cornered}
            at={sideAwayFrom(display, cornered, control.view, width)}
            size={size}
            onClose={pinned && (() => setPinned(undefined))}
          />
        )}
        {pointed && pointed.target.key !== cornered?.key && (
          <Details graph={graph} format={format} target={pointed.target} at={pointed} size={size} />
        )}
      </div>
      <Legend height={LEGEND} byteUnits={format.byteUnits} />
      <EdgeTable graph={graph} format={format} height={tableHeight} onFocus={onFocus} onPick={onPickRow} />
    </>
  );
}

/** The target, if it is in the drawing. */
function ifDrawn(display: DisplayList, target: Target | undefined): Target | undefined {
  const drawn = target?.type === 'node' ? display.cards : display.curves;
  return drawn.some(({ key }) => key === target?.key) ? target : undefined;
}

/** The corner where details do not cover what they are about. */
function sideAwayFrom(display: DisplayList, target: Target, view: View, width: number): 'left' | 'right' {
  const { cards } = neighbourhood(display, target);
  const centres = display.cards
    .filter(({ key }) => (target.type === 'node' ? key === target.key : cards.has(key)))
    .map((card) => (card.x + card.width / 2) * view.scale + view.x);
  const mean = centres.reduce((sum, x) => sum + x, 0) / Math.max(1, centres.length);
  return mean > width / 2 ? 'left' : 'right';
}

/** What details are placed in. */
const stage = css({ position: 'relative' });
