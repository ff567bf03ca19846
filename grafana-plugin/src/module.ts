import './public-path.ts';
import { PanelPlugin } from '@grafana/data';
import { DependencyPanel } from './panel/DependencyPanel.tsx';
import {
  DEFAULT_OPTIONS,
  EDGE_LABELS,
  FRAME_CHOICES,
  LEVEL_CHOICES,
  NODE_TEXTS,
  type PanelOptions,
} from './panel/options.ts';
import { suggest } from './panel/suggest.ts';

/** What Grafana loads. */
// biome-ignore lint/correctness/useHookAtTopLevel: Grafana's builder method only looks like a hook.
export const plugin = new PanelPlugin<PanelOptions>(DependencyPanel)
  .useFieldConfig()
  .setSuggestionsSupplier(suggest)
  .setPanelOptions((builder) =>
    builder
      .addRadio({
        path: 'level',
        name: 'Level',
        description: 'What each node is',
        defaultValue: DEFAULT_OPTIONS.level,
        settings: { options: LEVEL_CHOICES },
      })
      .addSelect({
        path: 'frames',
        name: 'Frames',
        description: 'What nodes are framed by',
        defaultValue: DEFAULT_OPTIONS.frames,
        settings: { options: FRAME_CHOICES },
      })
      .addBooleanSwitch({
        path: 'compare',
        name: 'Compare',
        description: 'Tell what is new, vanished or changed against the range before',
        defaultValue: DEFAULT_OPTIONS.compare,
      })
      .addBooleanSwitch({
        path: 'hideIdle',
        name: 'Hide idle',
        description: 'Leave out dependencies that carried nothing in the range',
        defaultValue: DEFAULT_OPTIONS.hideIdle,
      })
      .addBooleanSwitch({
        path: 'muteHubs',
        name: 'Mute hubs',
        description: 'Leave out services that nearly everything is linked with',
        defaultValue: DEFAULT_OPTIONS.muteHubs,
      })
      .addSelect({
        path: 'edgeLabel',
        name: 'Edge labels',
        description: 'What is written on each dependency',
        defaultValue: DEFAULT_OPTIONS.edgeLabel,
        settings: { options: [...EDGE_LABELS] },
      })
      .addSelect({
        path: 'nodeText',
        name: 'Node text',
        description: 'What is written below the name of each service',
        defaultValue: DEFAULT_OPTIONS.nodeText,
        settings: { options: [...NODE_TEXTS] },
      }),
  );
