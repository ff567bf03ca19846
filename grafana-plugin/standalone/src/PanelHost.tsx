import {
  applyFieldOverrides,
  EventBusSrv,
  getPanelOptionsWithDefaults,
  type InterpolateFunction,
  type PanelData,
  type PanelPlugin,
} from '@grafana/data';
import { PanelChrome, PanelContextProvider, useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import type { DashboardPanel } from './dashboard.ts';

interface Props {
  readonly plugin: PanelPlugin;
  readonly panel: DashboardPanel;
  readonly onOptionsChange: (options: Record<string, unknown>) => void;
  readonly data: PanelData;
  readonly replaceVariables: InterpolateFunction;
  readonly timeZone: string;
  readonly width: number;
  readonly height: number;
}

const eventBus = new EventBusSrv();
const ignore = () => {};

/** Mounts a panel as a dashboard does: in its frame, with defaults, overrides and services applied. */
export function PanelHost(props: Props) {
  const { plugin, panel, data, timeZone, width, height, replaceVariables } = props;
  const theme = useTheme2();
  const { options, fieldConfig } = useMemo(
    () =>
      getPanelOptionsWithDefaults({
        plugin,
        currentOptions: panel.options,
        currentFieldConfig: panel.fieldConfig,
        isAfterPluginChange: false,
      }),
    [plugin, panel],
  );
  const series = useMemo(
    () =>
      applyFieldOverrides({
        data: data.series,
        theme,
        timeZone,
        fieldConfig,
        replaceVariables,
        fieldConfigRegistry: plugin.fieldConfigRegistry,
      }),
    [data.series, theme, timeZone, fieldConfig, plugin, replaceVariables],
  );
  const shown = useMemo(() => ({ ...data, series }), [data, series]);
  const Panel = plugin.panel;
  if (!Panel) return null;
  return (
    <PanelContextProvider value={{ eventsScope: 'global', eventBus }}>
      <PanelChrome
        title={panel.title}
        description={panel.description ?? ''}
        loadingState={data.state}
        width={width}
        height={height}
      >
        {(innerWidth, innerHeight) => (
          <Panel
            id={panel.id}
            data={shown}
            timeRange={data.timeRange}
            timeZone={timeZone}
            options={options}
            fieldConfig={fieldConfig}
            transparent={false}
            width={innerWidth}
            height={innerHeight}
            renderCounter={0}
            title={panel.title}
            eventBus={eventBus}
            replaceVariables={replaceVariables}
            onOptionsChange={props.onOptionsChange}
            onFieldConfigChange={ignore}
            onChangeTimeRange={ignore}
          />
        )}
      </PanelChrome>
    </PanelContextProvider>
  );
}
