import type { EdgeField, NodeField, NumberField } from './fields.ts';

export type Comparison = '>' | '>=' | '<' | '<=' | '=';

/** What a search asks for. */
export type Query =
  | { readonly type: 'all' | 'any'; readonly parts: readonly Query[] }
  | { readonly type: 'not'; readonly part: Query }
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

/** Why a query cannot be understood. */
export interface QueryError {
  readonly message: string;
  /** Where in the query, from 0. */
  readonly position: number;
}
