import { Dropdown, type IconName, Menu, ToolbarButton } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props<Value extends string> {
  /** The name of the choice, for screen readers. */
  readonly label: string;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  /** Shown instead of the choice, unless the menu is active. */
  readonly icon?: IconName;
  readonly isActive?: boolean;
  readonly onChange: (value: Value) => void;
  /** More items, below the choices. */
  readonly children?: ReactNode;
}

/** A button that shows the current choice and opens a menu of all choices. */
export function ChoiceMenu<Value extends string>(props: Props<Value>) {
  const { label, choices, value, icon, isActive = false, onChange, children } = props;
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
      <ToolbarButton
        icon={icon}
        tooltip={icon && label}
        isOpen={false}
        variant={isActive ? 'active' : 'default'}
        aria-label={`${label}: ${chosen}`}
      >
        {(!icon || isActive) && chosen}
      </ToolbarButton>
    </Dropdown>
  );
}
