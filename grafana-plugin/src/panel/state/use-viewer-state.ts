import { locationService } from '@grafana/runtime';
import { useCallback, useMemo } from 'react';
import type { GraphElement } from '../../graph/model/graph.ts';
import type { PanelOptions } from './options.ts';
import { useAddressParameter } from './use-address.ts';
import {
  addChoices,
  isViewerChoice,
  readOptions,
  readViewerState,
  type ViewerState,
} from './viewer-state.ts';

interface ViewerOptions {
  /** Options of the dashboard, and before them what the viewer has chosen. */
  readonly options: PanelOptions;
  readonly selected: GraphElement | undefined;
  /** Names of what the address holds and nobody could have chosen. */
  readonly odd: readonly string[];
  readonly onChange: (change: Partial<PanelOptions>) => void;
  readonly onSelect: (target: GraphElement | undefined) => void;
}

/** Choices that come with every letter or click: going back one by one would lead nowhere. */
const IN_PASSING: ReadonlySet<string> = new Set(['search', 'selected']);

/**
 * What a viewer chooses is kept in the address, under a name of this panel's own: it survives a reload and can be
 * shared, and the dashboard stays as it was saved. While the panel is edited, choices are its options as any other; what is
 * selected is none.
 */
export function useViewerState(
  panelId: number,
  saved: PanelOptions,
  onOptionsChange: (options: PanelOptions) => void,
): ViewerOptions {
  const name = `musubi-${panelId}`;
  const text = useAddressParameter(name);
  const isEdited = useAddressParameter('editPanel') !== null;
  const { chosen, odd } = useMemo(() => readViewerState(text), [text]);

  const choose = useCallback(
    (choices: Partial<ViewerState>) => {
      // Read anew: it may be the second choice of one click.
      const before = locationService.getSearch().get(name);
      const next = addChoices(before, choices, { ...readOptions(saved), selected: null });
      const inPassing = Object.keys(choices).every((choice) => IN_PASSING.has(choice));
      locationService.partial({ [name]: next.text }, inPassing);
      return next.fit;
    },
    [name, saved],
  );
  const onSelect = useCallback(
    (target: GraphElement | undefined) => choose({ selected: target ?? null }),
    [choose],
  );
  const onChange = useCallback(
    (change: Partial<PanelOptions>) => {
      const entries = Object.entries(change);
      const ofViewer = isEdited ? [] : entries.filter(([option]) => isViewerChoice(option));
      const fit = ofViewer.length > 0 && choose(Object.fromEntries(ofViewer));
      const others = fit ? entries.filter((entry) => !ofViewer.includes(entry)) : entries;
      // What has no room in the address lasts as long as the page.
      if (others.length > 0) onOptionsChange({ ...saved, ...Object.fromEntries(others) });
    },
    [isEdited, choose, saved, onOptionsChange],
  );
  return {
    options: { ...readOptions(saved), ...(!isEdited && chosen) },
    selected: chosen.selected ?? undefined,
    odd: isEdited ? [] : odd,
    onChange,
    onSelect,
  };
}
