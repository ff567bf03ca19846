/** One thing Musubi needs or can use, and how this host fares. */
export interface Check {
  readonly name: string;
  readonly state: 'good' | 'limited' | 'missing';
  readonly detail: string;
  /** What to do about it. */
  readonly remedies?: readonly string[];
}
