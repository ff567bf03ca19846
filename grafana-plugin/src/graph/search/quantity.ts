import type { NumberField } from './fields.ts';

const UNITS: Record<NumberField['unit'], Readonly<Record<string, number>>> = {
  count: { '': 1, k: 1e3, m: 1e6, g: 1e9 },
  seconds: { '': 1, ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 },
  bytes: {
    '': 1,
    b: 1,
    k: 1e3,
    kb: 1e3,
    kib: 2 ** 10,
    m: 1e6,
    mb: 1e6,
    mib: 2 ** 20,
    g: 1e9,
    gb: 1e9,
    gib: 2 ** 30,
    t: 1e12,
    tb: 1e12,
    tib: 2 ** 40,
  },
};

/** Parses `5ms`, `1.5MiB` or `10k` in the unit of a field: seconds, bytes or a count. Undefined if invalid. */
export function parseQuantity(text: string, unit: NumberField['unit']): number | undefined {
  const { number = '', suffix = '' } =
    /^(?<number>\d+(?:\.\d+)?|\.\d+)(?<suffix>[a-zµ]*)$/i.exec(text)?.groups ?? {};
  const factor = UNITS[unit][suffix.toLowerCase()];
  if (number === '' || factor === undefined) return undefined;
  // 400 / 1e6 is exactly 0.0004; 400 * 1e-6 is not.
  return factor < 1 ? Number(number) / Math.round(1 / factor) : Number(number) * factor;
}

/** The suffixes for numbers of this unit. */
export const suffixesOf = (unit: NumberField['unit']): string[] => Object.keys(UNITS[unit]).filter(Boolean);
