import type { QueryError } from './query.ts';

/** A term of a query. `field` and `operator` are '' for a bare word; quoted text is never an `or`. */
export interface Term {
  readonly type: 'term';
  readonly field: string;
  readonly operator: string;
  readonly text: string;
  readonly position: number;
  /** Where the text after the operator starts. */
  readonly textAt: number;
}

export type Token = Term | { readonly type: 'or' | 'not' | '(' | ')' | 'end'; readonly position: number };

/** A field name and an operator. Addresses and times of day do not match, because they have digits before the colon. */
const FIELD = /([a-z]+)(:|>=|<=|>|<|=)/iy;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const WORD = /[^\s()"]+/y;

/** Splits a query into tokens; the last is of type `end`. */
export function tokenise(query: string): Token[] | QueryError {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(query);
    if (found) at = pattern.lastIndex;
    return found;
  };
  while (at < query.length) {
    const position = at;
    const letter = query.charAt(at);
    if (/\s/.test(letter)) {
      at++;
    } else if (letter === '(' || letter === ')') {
      at++;
      tokens.push({ type: letter, position });
    } else if (letter === '-' && /[^\s)-]/.test(query.charAt(at + 1))) {
      at++;
      tokens.push({ type: 'not', position });
    } else {
      const [, field = '', operator = ''] = match(FIELD) ?? [];
      const textAt = at;
      if (query.charAt(at) === '"') {
        const quoted = match(QUOTED);
        if (!quoted) return { fault: { code: 'unquoted' }, position: at };
        const text = (quoted[1] ?? '').replace(/\\(.)/g, '$1');
        tokens.push({ type: 'term', field, operator, text, position, textAt });
      } else {
        const text = match(WORD)?.[0] ?? '';
        if (field === '' && text.toLowerCase() === 'or') tokens.push({ type: 'or', position });
        else tokens.push({ type: 'term', field, operator, text, position, textAt });
      }
    }
  }
  return [...tokens, { type: 'end', position: query.length }];
}
