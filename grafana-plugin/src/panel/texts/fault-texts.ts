import { t } from '@grafana/i18n';
import type { QueryFault } from '../../graph/search/query.ts';
import { UNESCAPED } from './unescaped.ts';

/** What is wrong with a search, in words. */
export function faultText(fault: QueryFault): string {
  switch (fault.code) {
    case 'unopened':
      return t('fault.unopened', 'This parenthesis was never opened');
    case 'unclosed':
      return t('fault.unclosed', 'This parenthesis has no end');
    case 'unquoted':
      return t('fault.unquoted', 'This quote has no end');
    case 'nothing':
      return t('fault.nothing', 'Something to look for is missing');
    case 'no-field':
      return t(
        'fault.no-field',
        'There is no field `{{name}}`: quote it to look for the text, or use {{names}}',
        { ...UNESCAPED, name: fault.name, names: fault.names.join(', ') },
      );
    case 'no-value':
      return t('fault.no-value', 'What `{{asked}}` asks for is missing', {
        ...UNESCAPED,
        asked: fault.asked,
      });
    case 'no-number':
      return t(
        'fault.no-number',
        '`{{text}}` is not a number: `{{name}}` takes one, with {{suffixes}} or nothing',
        { ...UNESCAPED, text: fault.text, name: fault.name, suffixes: fault.suffixes.join(', ') },
      );
    case 'no-comparison':
      return t('fault.no-comparison', '`{{name}}` is text: use `{{name}}:`', {
        ...UNESCAPED,
        name: fault.name,
      });
    case 'no-choice':
      return t('fault.no-choice', '`{{name}}` is one of {{choices}}', {
        name: fault.name,
        choices: fault.choices.join(', '),
      });
  }
}
