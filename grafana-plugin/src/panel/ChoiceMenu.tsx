import { Dropdown, Menu, ToolbarButton } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props<Value extends string> {
  /** What is chosen, for those who do not see the button. */
  readonly label: string;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** More items, below the choices. */
  readonly children?: ReactNode;
}

/** A button that says what is chosen, and opens a menu of all there is to choose from. */
export function ChoiceMenu<Value extends string>(props: Props<Value>) {
  const { label, choices, value, onChange, children } = props;
  const chosen = choices.find((choice) => choice.value === value)?.label ?? value;
  const menu = (
    <Menu ariaLabel={label}>
      {choices.map((choice) => (
        <Menu.Item
          key={choice.value}
          label={choice.label}
          role="menuitemradio"
          ariaChecked={choice.value === value}
          active={choice.value === value}
          onClick={() => onChange(choice.value)}
        />
      ))}
      {children}
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-start">
      <ToolbarButton isOpen={false} aria-label={`${label}: ${chosen}`}>
        {chosen}
      </ToolbarButton>
    </Dropdown>
  );
}
