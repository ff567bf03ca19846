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

// Not waited for: Grafana has loaded the language by then, and waiting would make a promise of this module.
void initPluginTranslations(manifest.id);

/** What Grafana loads. */
// biome-ignore lint/correctness/useHookAtTopLevel: Grafana's builder method only looks like a hook.
export const plugin = new PanelPlugin<PanelOptions>(DependencyPanel)
  .useFieldConfig({
    standardOptions: {
      // One that goes from dark to light, whatever colours one sees.
      [FieldConfigProperty.Color]: { defaultValue: { mode: FieldColorModeId.ContinuousViridis } },
    },
  })
  .setSuggestionsSupplier(suggest)
  .setPanelOptions((builder) =>
    builder
      .addRadio({
        path: 'level',
        name: t('level.name', 'Level'),
        description: t('level.description', 'What each node is'),
        defaultValue: DEFAULT_OPTIONS.level,
        settings: { options: levelChoices() },
      })
      .addSelect({
        path: 'frames',
        name: t('frames.name', 'Frames'),
        description: t('frames.description', 'What nodes are framed by'),
        defaultValue: DEFAULT_OPTIONS.frames,
        settings: { options: frameChoices() },
      })
      .addSelect({
        path: 'compare',
        name: t('compare.name', 'Compare'),
        description: t(
          'compare.description',
          'Tell what is new, vanished or changed against another range: a duration such as 3d (the same range, that much earlier) or FROM/TO may be typed',
        ),
        defaultValue: DEFAULT_OPTIONS.compare,
        settings: { options: compareChoices(), allowCustomValue: true },
      })
      .addBooleanSwitch({
        path: 'hideIdle',
        name: t('idle.name', 'Hide idle'),
        description: t('idle.description', 'Leave out dependencies that carried nothing in the range'),
        defaultValue: DEFAULT_OPTIONS.hideIdle,
      })
      .addBooleanSwitch({
        path: 'muteHubs',
        name: t('hubs.name', 'Mute hubs'),
        description: t('hubs.description', 'Leave out services that nearly everything is linked with'),
        defaultValue: DEFAULT_OPTIONS.muteHubs,
      })
      .addNumberInput({
        path: 'hubPartners',
        name: t('hubs.partners', 'Partners of a hub'),
        description: t('hubs.partners-description', 'What is linked with more others than this is a hub'),
        settings: {
          min: 1,
          integer: true,
          placeholder: t('hubs.partners-default', 'Auto: a tenth of all, at least 8'),
        },
        showIf: ({ muteHubs }) => muteHubs,
      })
      .addTextInput({
        path: 'around.service',
        name: t('end.service', 'Service'),
        description: t(
          'around.description',
          'Show only this and its neighbours. It may be a variable of the dashboard.',
        ),
        category: [t('around.name', 'Only around')],
        defaultValue: DEFAULT_OPTIONS.around.service,
        settings: { placeholder: '$service' },
      })
      .addTextInput({
        path: 'around.host',
        name: t('end.host', 'Host'),
        category: [t('around.name', 'Only around')],
        defaultValue: DEFAULT_OPTIONS.around.host,
        settings: { placeholder: '$host' },
      })
      .addTextInput({
        path: 'around.site',
        name: t('level.site', 'Site'),
        category: [t('around.name', 'Only around')],
        defaultValue: DEFAULT_OPTIONS.around.site,
        settings: { placeholder: '$site' },
      })
      .addTextInput({
        path: 'around.way',
        name: t('focus.way', 'Direction'),
        description: t(
          'around.way',
          '`up`: only what depends on it; `down`: only what it depends on; else both',
        ),
        category: [t('around.name', 'Only around')],
        defaultValue: DEFAULT_OPTIONS.around.way,
        settings: { placeholder: '$direction' },
      })
      .addSelect({
        path: 'edgeLabel',
        name: t('edge-label.name', 'Edge labels'),
        description: t('edge-label.description', 'What is written on each dependency'),
        defaultValue: DEFAULT_OPTIONS.edgeLabel,
        settings: { options: edgeLabels() },
      })
      .addSelect({
        path: 'widthBy',
        name: t('width.name', 'Edge width'),
        description: t('width.description', 'What the width of each dependency tells'),
        defaultValue: DEFAULT_OPTIONS.widthBy,
        settings: { options: widthChoices() },
      })
      .addSelect({
        path: 'colourBy',
        name: t('colour.name', 'Edge color'),
        description: t(
          'colour.description',
          'What the color of each dependency tells, by the color scheme of its field',
        ),
        defaultValue: DEFAULT_OPTIONS.colourBy,
        settings: { options: colourChoices() },
      })
      .addSelect({
        path: 'nodeText',
        name: t('node-text.name', 'Node text'),
        description: t('node-text.description', 'What is written below the name of each service'),
        defaultValue: DEFAULT_OPTIONS.nodeText,
        settings: { options: nodeTexts() },
      }),
  );
