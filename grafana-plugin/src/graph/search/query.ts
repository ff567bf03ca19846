import type { EdgeField, NodeField, NumberField } from './fields.ts';

export type Comparison = '>' | '>=' | '<' | '<=' | '=';

/** What a search asks for. */
export type SearchQuery =
  | { readonly type: 'all' | 'any'; readonly parts: readonly SearchQuery[] }
  | { readonly type: 'not'; readonly part: SearchQuery }
  /** Some text of an end, in lower case. */
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'text'; readonly field: NodeField | EdgeField; readonly text: string }
  | {
      readonly type: 'number';
      readonly field: NumberField;
      readonly comparison: Comparison;
      readonly number: number;
    }
  /** The source (`from`) or the destination (`to`) has some text. */
  | { readonly type: 'end'; readonly end: 'source' | 'target'; readonly text: string };

/** What is wrong with a query. */
export type QueryFault =
  /** A parenthesis that was never opened, or has no end; a quote without one; nothing where something is looked for. */
  | { readonly code: 'unopened' | 'unclosed' | 'unquoted' | 'nothing' }
  | { readonly code: 'no-field'; readonly name: string; readonly names: readonly string[] }
  /** `name:` and nothing behind it. */
  | { readonly code: 'no-value'; readonly asked: string }
  | {
      readonly code: 'no-number';
      readonly name: string;
      readonly text: string;
      readonly suffixes: readonly string[];
    }
  /** A text that is compared as if it was a number. */
  | { readonly code: 'no-comparison'; readonly name: string }
  | { readonly code: 'no-choice'; readonly name: string; readonly choices: readonly string[] };

/** Why a query cannot be understood. */
export interface QueryError {
  readonly fault: QueryFault;
  /** Where in the query, from 0. */
  readonly position: number;
}
