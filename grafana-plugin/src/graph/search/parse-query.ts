import { FIELDS } from './fields.ts';
import { parseQuantity, suffixesOf } from './quantity.ts';
import type { Comparison, QueryError, SearchQuery } from './query.ts';
import { type Term, type Token, tokenise } from './tokenise.ts';

const ENDS = { from: 'source', to: 'target' } as const;

const isError = (result: object): result is QueryError => 'fault' in result;

/**
 * Parses a query: `service:api`, `port:5432`, `failed>0`, `rtt>=5ms`, `state:new`, `from:web to:db`, bare words and
 * `"quoted text"`. A space means and; there are `or`, parentheses, and `-` for not. An empty query matches everything.
 */
export function parseQuery(text: string): SearchQuery | QueryError {
  const tokens = tokenise(text);
  if (isError(tokens)) return tokens;
  const reader = createReader(tokens);
  if (reader.peek().type === 'end') return { type: 'all', parts: [] };
  const query = readAny(reader);
  if (isError(query) || reader.peek().type === 'end') return query;
  return { fault: { code: 'unopened' }, position: reader.peek().position };
}

interface Reader {
  peek(): Token;
  next(): Token;
}

function createReader(tokens: readonly Token[]): Reader {
  const end: Token = tokens.at(-1) ?? { type: 'end', position: 0 };
  let at = 0;
  return { peek: () => tokens[at] ?? end, next: () => tokens[at++] ?? end };
}

function readAny(reader: Reader): SearchQuery | QueryError {
  const parts: SearchQuery[] = [];
  for (;;) {
    const part = readAll(reader);
    if (isError(part)) return part;
    parts.push(part);
    if (reader.peek().type !== 'or') return one('any', parts);
    reader.next();
  }
}

function readAll(reader: Reader): SearchQuery | QueryError {
  const parts: SearchQuery[] = [];
  for (;;) {
    const { type, position } = reader.peek();
    if (type === 'or' || type === ')' || type === 'end') {
      return parts.length > 0 ? one('all', parts) : { fault: { code: 'nothing' }, position };
    }
    const part = readPart(reader);
    if (isError(part)) return part;
    parts.push(part);
  }
}

const one = (
  type: 'all' | 'any',
  parts: readonly [SearchQuery, ...SearchQuery[]] | readonly SearchQuery[],
): SearchQuery => (parts.length === 1 && parts[0] ? parts[0] : { type, parts });

function readPart(reader: Reader): SearchQuery | QueryError {
  const token = reader.next();
  if (token.type === 'not') {
    const part = readPart(reader);
    return isError(part) ? part : { type: 'not', part };
  }
  if (token.type === '(') {
    const inner = readAny(reader);
    if (isError(inner)) return inner;
    const close = reader.next();
    return close.type === ')' ? inner : { fault: { code: 'unclosed' }, position: token.position };
  }
  if (token.type !== 'term') return { fault: { code: 'nothing' }, position: token.position };
  return readTerm(token);
}

function readTerm({ field: name, operator, text, position, textAt }: Term): SearchQuery | QueryError {
  const wanted = text.toLowerCase();
  if (name === '') return { type: 'word', text: wanted };
  const key = name.toLowerCase();
  const field = FIELDS[key];
  if (!field && !Object.hasOwn(ENDS, key)) {
    const names = [...Object.keys(FIELDS), ...Object.keys(ENDS)];
    return { fault: { code: 'no-field', name, names }, position };
  }
  if (text === '') return { fault: { code: 'no-value', term: name + operator }, position: textAt };
  if (field?.of === 'number') {
    const number = parseQuantity(text, field.unit);
    if (number === undefined) {
      const suffixes = suffixesOf(field.unit);
      return { fault: { code: 'no-number', name, text, suffixes }, position: textAt };
    }
    return { type: 'number', field, comparison: operator === ':' ? '=' : (operator as Comparison), number };
  }
  if (operator !== ':' && operator !== '=') {
    return { fault: { code: 'no-comparison', name }, position };
  }
  if (!field) return { type: 'end', end: ENDS[key as keyof typeof ENDS], text: wanted };
  if (field.of === 'edge' && field.values && !field.values.includes(wanted)) {
    return { fault: { code: 'no-choice', name, choices: field.values }, position: textAt };
  }
  return { type: 'text', field: operator === '=' ? { ...field, whole: true } : field, text: wanted };
}
