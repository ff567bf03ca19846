import { InlineLabel, MultiSelect, Select } from '@grafana/ui';
import { ALL, type Chosen, type Variable } from './variables.ts';

interface Props {
  readonly variables: readonly Variable[];
  readonly chosen: Chosen;
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly onChange: (name: string, values: readonly string[]) => void;
}

/**
 * A control for each variable of the dashboard, as Grafana has them. No comboboxes: they measure texts in Grafana's own
 * font, which is not among its published packages.
 */
export function VariableBar({ variables, chosen, options, onChange }: Props) {
  return variables.map(({ name, label = name, multi, includeAll }) => {
    const values = (chosen[name] ?? []).filter((value) => value !== ALL);
    const choices = [...new Set([...(options[name] ?? []), ...values])].map((value) => ({
      value,
      label: value,
    }));
    const shared = {
      inputId: `var-${name}`,
      'aria-label': label,
      width: 'auto' as const,
      options: choices,
    };
    return (
      <div key={name} style={{ display: 'flex', flexShrink: 0 }}>
        <InlineLabel width="auto" htmlFor={shared.inputId}>
          {label}
        </InlineLabel>
        {multi ? (
          <MultiSelect
            {...shared}
            placeholder={includeAll ? 'All' : ''}
            value={values}
            onChange={(picked) =>
              onChange(
                name,
                picked.flatMap(({ value }) => value ?? []),
              )
            }
          />
        ) : (
          <Select
            {...shared}
            value={values[0] ?? null}
            onChange={({ value }) => onChange(name, value === undefined ? [] : [value])}
          />
        )}
      </div>
    );
  });
}
