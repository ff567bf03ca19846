import { t } from '@grafana/i18n';
import type { QueryFault } from '../../graph/search/query.ts';
import { UNESCAPED } from './unescaped.ts';

/** The message for an error in a search. */
export function faultText(fault: QueryFault): string {
  switch (fault.code) {
    case 'unopened':
      return t('fault.unopened', 'Unmatched closing parenthesis');
    case 'unclosed':
      return t('fault.unclosed', 'Unclosed parenthesis');
    case 'unquoted':
      return t('fault.unquoted', 'Unclosed quote');
    case 'nothing':
      return t('fault.nothing', 'Missing search term');
    case 'no-field':
      return t(
        'fault.no-field',
        'Unknown field `{{name}}`: put it in quotes to search for the text, or use {{names}}',
        { ...UNESCAPED, name: fault.name, names: fault.names.join(', ') },
      );
    case 'no-value':
      return t('fault.no-value', 'Missing value for `{{term}}`', {
        ...UNESCAPED,
        term: fault.term,
      });
    case 'no-number':
      return t(
        'fault.no-number',
        '`{{text}}` is not a number: `{{name}}` takes a number, optionally with {{suffixes}}',
        { ...UNESCAPED, text: fault.text, name: fault.name, suffixes: fault.suffixes.join(', ') },
      );
    case 'no-comparison':
      return t('fault.no-comparison', '`{{name}}` is a text field: use `{{name}}:`', {
        ...UNESCAPED,
        name: fault.name,
      });
    case 'no-choice':
      return t('fault.no-choice', '`{{name}}` must be one of {{choices}}', {
        name: fault.name,
        choices: fault.choices.join(', '),
      });
  }
}
