import { t } from '@grafana/i18n';
import { Icon } from '@grafana/ui';
import type { EdgeColumn, EdgeSort } from '../../graph/model/sort-edges.ts';
import type { Formatters } from '../texts/formatters.ts';

interface Props {
  readonly format: Formatters;
  readonly sort: EdgeSort;
  readonly onSort: (sort: EdgeSort) => void;
}

/** Shares of the table's width in percent, in the order of the columns. */
const WIDTHS: Readonly<Record<EdgeColumn, number>> = {
  source: 15,
  destination: 15,
  port: 5,
  transport: 7,
  opened: 9,
  failed: 6,
  open: 5,
  bytes: 7,
  lastSeen: 14,
  seenBy: 8,
  states: 9,
};
const COLUMNS = Object.keys(WIDTHS) as EdgeColumn[];

/** Sorted in descending order first. */
const NUMBERS: ReadonlySet<EdgeColumn> = new Set(['opened', 'failed', 'open', 'bytes', 'lastSeen']);

const namesOf = (format: Formatters): Record<EdgeColumn, string> => ({
  source: t('table.source', 'Source'),
  destination: t('table.destination', 'Destination'),
  port: t('endpoint.port', 'Port'),
  transport: t('table.transport', 'Transport'),
  opened: format.name('opened') ?? t('table.connections', 'Connections'),
  failed: format.name('failed') ?? t('table.failed', 'Failed'),
  open: format.name('open') ?? t('table.open', 'Open'),
  bytes: format.name('bytes') ?? t('table.bytes', 'Bytes'),
  lastSeen: format.name('lastSeen') ?? t('figures.last-seen', 'Last seen'),
  seenBy: t('table.reported-by', 'Reported by'),
  states: t('table.state', 'State'),
});

/** Fixed column widths: rows come and go while the user scrolls. */
export const TableColumns = () => (
  <colgroup>
    {COLUMNS.map((column) => (
      <col key={column} style={{ width: `${WIDTHS[column]}%` }} />
    ))}
  </colgroup>
);

/** The column headers; a click sorts by the column, a second click reverses the order. */
export function TableHead({ format, sort, onSort }: Props) {
  const names = namesOf(format);
  const sortBy = (column: EdgeColumn) =>
    onSort({ column, descending: column === sort.column ? !sort.descending : NUMBERS.has(column) });
  return (
    <thead>
      <tr aria-rowindex={1}>
        {COLUMNS.map((column) => (
          <th
            key={column}
            scope="col"
            {...(column === sort.column && { 'aria-sort': sort.descending ? 'descending' : 'ascending' })}
          >
            <button type="button" onClick={() => sortBy(column)}>
              {names[column]}
              {column === sort.column && (
                <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} size="sm" />
              )}
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}
