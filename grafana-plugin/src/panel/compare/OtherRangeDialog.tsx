import { dateTimeFormat, dateTimeParse } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, Field, Input, Modal, RadioButtonGroup } from '@grafana/ui';
import { type FormEvent, useId, useState } from 'react';
import { previousRange, type TimeRange } from '../../graph/compare/previous-range.ts';

interface Props {
  /** The initial times. */
  readonly suggested: TimeRange;
  readonly timeZone: string;
  readonly onChoice: (choice: string) => void;
  readonly onDismiss: () => void;
}

/** The format of `datetime-local` inputs: without a time zone, which is the dashboard's. */
const LOCAL = 'YYYY-MM-DDTHH:mm:ss';

/** A dialog for the range to compare with: an offset, or start and end. */
export function OtherRangeDialog({ suggested, timeZone, onChoice, onDismiss }: Props) {
  const id = useId();
  const local = (at: number) => dateTimeFormat(at, { timeZone, format: LOCAL });
  const [way, setWay] = useState<'earlier' | 'fixed'>('earlier');
  const [earlier, setEarlier] = useState('2d');
  const [from, setFrom] = useState(local(suggested.from));
  const [to, setTo] = useState(local(suggested.to));

  const utc = (text: string) => {
    const time = dateTimeParse(text, { timeZone, format: LOCAL });
    return time.isValid() ? time.toISOString() : '';
  };
  const choice = way === 'earlier' ? earlier.trim() : `${utc(from)}/${utc(to)}`;
  const isRange = choice !== 'before' && previousRange(choice, suggested) !== undefined;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isRange) onChoice(choice);
  };
  return (
    <Modal isOpen title={t('compare.dialog', 'Compare with another time range')} onDismiss={onDismiss}>
      <form onSubmit={onSubmit}>
        <Field>
          <RadioButtonGroup
            aria-label={t('compare.dialog', 'Compare with another time range')}
            options={[
              { value: 'earlier', label: t('compare.by-offset', 'Same range, earlier') },
              { value: 'fixed', label: t('compare.by-dates', 'Fixed range') },
            ]}
            value={way}
            onChange={setWay}
          />
        </Field>
        {way === 'earlier' ? (
          <Field
            label={t('compare.offset', 'Offset')}
            description={t('compare.offset-example', 'For example 90m, 12h, 3d or 2w')}
            invalid={!isRange}
            error={t('compare.offset-error', 'Enter a number followed by m, h, d or w')}
          >
            <Input
              id={`${id}by`}
              value={earlier}
              onChange={(event) => setEarlier(event.currentTarget.value)}
            />
          </Field>
        ) : (
          <>
            <Field label={t('compare.from', 'From')}>
              <Input
                id={`${id}from`}
                type="datetime-local"
                step={1}
                value={from}
                onChange={(event) => setFrom(event.currentTarget.value)}
              />
            </Field>
            <Field
              label={t('compare.to', 'To')}
              invalid={!isRange}
              error={t('compare.to-error', 'The end must be after the start')}
            >
              <Input
                id={`${id}to`}
                type="datetime-local"
                step={1}
                value={to}
                onChange={(event) => setTo(event.currentTarget.value)}
              />
            </Field>
          </>
        )}
        <Modal.ButtonRow>
          <Button variant="secondary" fill="outline" onClick={onDismiss}>
            {t('compare.cancel', 'Cancel')}
          </Button>
          <Button type="submit" disabled={!isRange}>
            {t('compare.name', 'Compare')}
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}
