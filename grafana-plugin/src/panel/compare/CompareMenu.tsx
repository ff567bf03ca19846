import { t } from '@grafana/i18n';
import { useState } from 'react';
import type { Comparison } from '../state/use-comparison.ts';
import { choiceText, compareChoices } from '../texts/compare-texts.ts';
import { ChoiceMenu } from '../toolbar/ChoiceMenu.tsx';
import { OtherRangeDialog } from './OtherRangeDialog.tsx';

interface Props {
  readonly choice: string;
  readonly comparison: Comparison;
  readonly timeZone: string;
  readonly onChoice: (choice: string) => void;
}

/** Opens the dialog; no range has this name. */
const OTHER = '…';

/** Selects the range to compare with. */
export function CompareMenu({ choice, comparison, timeZone, onChoice }: Props) {
  const [isDialogOpen, setDialogOpen] = useState(false);
  const offered = compareChoices();
  const own = offered.some(({ value }) => value === choice)
    ? []
    : [{ value: choice, label: choiceText(choice) }];
  return (
    <>
      <ChoiceMenu
        label={t('compare.name', 'Compare')}
        icon="history"
        isActive={choice !== 'off'}
        choices={[...offered, ...own, { value: OTHER, label: t('compare.other', 'Custom range…') }]}
        value={choice}
        onChange={(value) => (value === OTHER ? setDialogOpen(true) : onChoice(value))}
      />
      {isDialogOpen && (
        <OtherRangeDialog
          suggested={comparison.other ?? comparison.now}
          timeZone={timeZone}
          onChoice={(chosen) => {
            setDialogOpen(false);
            onChoice(chosen);
          }}
          onDismiss={() => setDialogOpen(false)}
        />
      )}
    </>
  );
}
