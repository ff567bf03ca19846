import type { EdgeField, NodeField, NumberField } from './fields.ts';

export type Comparison = '>' | '>=' | '<' | '<=' | '=';

/** A parsed query. */
export type SearchQuery =
  | { readonly type: 'all' | 'any'; readonly parts: readonly SearchQuery[] }
  | { readonly type: 'not'; readonly part: SearchQuery }
  /** A text of a node, in lower case. */
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'text'; readonly field: NodeField | EdgeField; readonly text: string }
  | {
      readonly type: 'number';
      readonly field: NumberField;
      readonly comparison: Comparison;
      readonly number: number;
    }
  /** The source (`from`) or the destination (`to`) has a text. */
  | { readonly type: 'end'; readonly end: 'source' | 'target'; readonly text: string };

/** The error of a query. */
export type QueryFault =
  /** A parenthesis that was not opened or not closed; an unclosed quote; a missing term. */
  | { readonly code: 'unopened' | 'unclosed' | 'unquoted' | 'nothing' }
  | { readonly code: 'no-field'; readonly name: string; readonly names: readonly string[] }
  /** `name:` without a value. */
  | { readonly code: 'no-value'; readonly term: string }
  | {
      readonly code: 'no-number';
      readonly name: string;
      readonly text: string;
      readonly suffixes: readonly string[];
    }
  /** A text field that is compared like a number. */
  | { readonly code: 'no-comparison'; readonly name: string }
  | { readonly code: 'no-choice'; readonly name: string; readonly choices: readonly string[] };

/** Why a query cannot be parsed. */
export interface QueryError {
  readonly fault: QueryFault;
  /** The offset in the query, from 0. */
  readonly position: number;
}
