import './public-path.ts';
import { FieldColorModeId, FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { initPluginTranslations, t } from '@grafana/i18n';
import { DependencyPanel } from './panel/DependencyPanel.tsx';
import {
  colourChoices,
  DEFAULT_OPTIONS,
  edgeLabels,
  frameChoices,
  levelChoices,
  nodeTexts,
  type PanelOptions,
  widthChoices,
} from './panel/state/options.ts';
import { suggest } from './panel/suggest.ts';
import { compareChoices } from './panel/texts/compare-texts.ts';
import manifest from './plugin.json';

// Not awaited: Grafana has loaded the language by then, and awaiting would turn this module into a promise.
void initPluginTranslations(manifest.id);

/** The entry point that Grafana loads. */
// biome-ignore lint/correctness/useHookAtTopLevel: Grafana's builder method only looks like a hook.
export const plugin = new PanelPlugin<PanelOptions>(DependencyPanel)
  .useFieldConfig({
    standardOptions: {
      // A scheme from dark to light, suitable for colour-blind readers.
      [FieldConfigProperty.Color]: { defaultValue: { mode: FieldColorModeId.ContinuousViridis } },
    },
  })
  .setSuggestionsSupplier(suggest)
  .setPanelOptions((builder) =>
    builder
      .addRadio({
        path: 'level',
        name: t('level.name', 'Level'),
        description: t('level.description', 'What each node represents'),
        defaultValue: DEFAULT_OPTIONS.level,
        settings: { options: levelChoices() },
      })
      .addSelect({
        path: 'frames',
        name: t('frames.name', 'Frames'),
        description: t('frames.description', 'What frames group nodes by'),
        defaultValue: DEFAULT_OPTIONS.frames,
        settings: { options: frameChoices() },
      })
      .addSelect({
        path: 'compare',
        name: t('compare.name', 'Compare'),
        description: t(
          'compare.description',
          'Mark dependencies that are new, vanished or changed compared with another time range. Enter an offset such as 3d, or a fixed range as FROM/TO.',
        ),
        defaultValue: DEFAULT_OPTIONS.compare,
        settings: { options: compareChoices(), allowCustomValue: true },
      })
      .addBooleanSwitch({
        path: 'hideIdle',
        name: t('idle.name', 'Hide idle'),
        description: t('idle.description', 'Hide dependencies that had no traffic in the time range'),
        defaultValue: DEFAULT_OPTIONS.hideIdle,
      })
      .addBooleanSwitch({
        path: 'muteHubs',
        name: t('hubs.name', 'Hide hubs'),
        description: t('hubs.description', 'Hide nodes that are connected to nearly all others'),
        defaultValue: DEFAULT_OPTIONS.muteHubs,
      })
      .addNumberInput({
        path: 'hubPartners',
        name: t('hubs.threshold', 'Hub threshold'),
        description: t('hubs.threshold-description', 'Nodes with more neighbors than this are hubs'),
        settings: {
          min: 1,
          integer: true,
          placeholder: t('hubs.threshold-default', 'Auto: a tenth of all nodes, at least 8'),
        },
        showIf: ({ muteHubs }) => muteHubs,
      })
      .addTextInput({
        path: 'around.service',
        name: t('endpoint.service', 'Service'),
        description: t(
          'around.description',
          'Show only matching nodes and their neighbors. Dashboard variables such as $service are allowed.',
        ),
        category: [t('around.name', 'Focus')],
        defaultValue: DEFAULT_OPTIONS.around.service,
        settings: { placeholder: '$service' },
      })
      .addTextInput({
        path: 'around.host',
        name: t('endpoint.host', 'Host'),
        category: [t('around.name', 'Focus')],
        defaultValue: DEFAULT_OPTIONS.around.host,
        settings: { placeholder: '$host' },
      })
      .addTextInput({
        path: 'around.site',
        name: t('level.site', 'Site'),
        category: [t('around.name', 'Focus')],
        defaultValue: DEFAULT_OPTIONS.around.site,
        settings: { placeholder: '$site' },
      })
      .addTextInput({
        path: 'around.way',
        name: t('focus.direction', 'Direction'),
        description: t(
          'around.direction',
          '`up`: only dependents; `down`: only dependencies; anything else: both',
        ),
        category: [t('around.name', 'Focus')],
        defaultValue: DEFAULT_OPTIONS.around.way,
        settings: { placeholder: '$direction' },
      })
      .addSelect({
        path: 'edgeLabel',
        name: t('edge-label.name', 'Edge labels'),
        description: t('edge-label.description', 'Text on each edge'),
        defaultValue: DEFAULT_OPTIONS.edgeLabel,
        settings: { options: edgeLabels() },
      })
      .addSelect({
        path: 'widthBy',
        name: t('width.name', 'Edge width'),
        description: t('width.description', 'Value shown by the width of each edge'),
        defaultValue: DEFAULT_OPTIONS.widthBy,
        settings: { options: widthChoices() },
      })
      .addSelect({
        path: 'colourBy',
        name: t('colour.name', 'Edge color'),
        description: t(
          'colour.description',
          'State or value shown by the color of each edge. Values use the color scheme of their field.',
        ),
        defaultValue: DEFAULT_OPTIONS.colourBy,
        settings: { options: colourChoices() },
      })
      .addSelect({
        path: 'nodeText',
        name: t('node-text.name', 'Node text'),
        description: t('node-text.description', 'Text below the name of each node'),
        defaultValue: DEFAULT_OPTIONS.nodeText,
        settings: { options: nodeTexts() },
      }),
  );
