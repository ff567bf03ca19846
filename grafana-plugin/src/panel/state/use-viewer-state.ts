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
  /** The options of the dashboard, overridden by the viewer's choices. */
  readonly options: PanelOptions;
  readonly selected: GraphElement | undefined;
  /** Names of invalid entries in the address. */
  readonly invalid: readonly string[];
  readonly onChange: (change: Partial<PanelOptions>) => void;
  readonly onSelect: (target: GraphElement | undefined) => void;
}

/** Choices that change with every letter or click: they add no entries to the browser's history. */
const IN_PASSING: ReadonlySet<string> = new Set(['search', 'selected']);

/**
 * Keeps the viewer's choices in the address, in a parameter of this panel: they survive a reload and can be shared, and
 * the dashboard stays as it was saved. While the panel is edited, choices change its options, except for the selection.
 */
export function useViewerState(
  panelId: number,
  saved: PanelOptions,
  onOptionsChange: (options: PanelOptions) => void,
): ViewerOptions {
  const name = `musubi-${panelId}`;
  const text = useAddressParameter(name);
  const isEdited = useAddressParameter('editPanel') !== null;
  const { chosen, invalid } = useMemo(() => readViewerState(text), [text]);

  const choose = useCallback(
    (choices: Partial<ViewerState>) => {
      // Read again: it may be the second choice of one click.
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
      // Choices too long for the address last as long as the page.
      if (others.length > 0) onOptionsChange({ ...saved, ...Object.fromEntries(others) });
    },
    [isEdited, choose, saved, onOptionsChange],
  );
  return {
    options: { ...readOptions(saved), ...(!isEdited && chosen) },
    selected: chosen.selected ?? undefined,
    invalid: isEdited ? [] : invalid,
    onChange,
    onSelect,
  };
}
