import * as data from '@grafana/data';
import { setAppEvents, setDataSourceSrv, setTemplateSrv } from '@grafana/runtime';

const EDITORS =
  'text number slider boolean select unit radio multi-select links actions stats-picker strings timezone color fieldColor fieldName dashboard-uid thresholds mappings series field-name fields';

/** Grafana's standard field options, each with the function that turns an override into a value. */
const FIELD_OPTIONS: Record<string, unknown> = {
  unit: data.unitOverrideProcessor,
  min: data.numberOverrideProcessor,
  max: data.numberOverrideProcessor,
  fieldMinMax: data.booleanOverrideProcessor,
  decimals: data.numberOverrideProcessor,
  displayName: data.displayNameOverrideProcessor,
  noValue: data.stringOverrideProcessor,
  color: data.identityOverrideProcessor,
  thresholds: data.thresholdsOverrideProcessor,
  mappings: data.valueMappingsOverrideProcessor,
  links: data.dataLinksOverrideProcessor,
  filterable: data.booleanOverrideProcessor,
  actions: data.identityOverrideProcessor,
};

const nothing = () => null;

/** Sets the registries and services that Grafana sets at its start and panels rely on. */
export function fillRegistries(source: data.DataSourceApi): void {
  // There is no options pane here, so the editors are never shown; only their ids must be known.
  data.standardEditorsRegistry.setInit(() =>
    EDITORS.split(' ').map((id) => ({ id, name: id, editor: nothing })),
  );
  data.standardFieldConfigEditorRegistry.setInit(
    () =>
      Object.entries(FIELD_OPTIONS).map(([id, process]) => ({
        id,
        path: id,
        name: id,
        editor: nothing,
        override: nothing,
        process,
        shouldApply: () => true,
        settings: {},
        category: ['Standard options'],
      })) as ReturnType<typeof data.standardFieldConfigEditorRegistry.list>,
  );
  // There is one data source, whatever a query specifies.
  setDataSourceSrv({
    get: () => Promise.resolve(source),
    getList: () => [],
    getInstanceSettings: () => undefined,
    reload: () => Promise.resolve(),
    registerRuntimeDataSource: () => {},
  });
  setAppEvents(new data.EventBusSrv());
  setTemplateSrv({
    replace: (target = '') => target,
    getVariables: () => [],
    containsTemplate: () => false,
    updateTimeRange: () => {},
  });
}
