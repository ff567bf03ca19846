/** Amounts span many orders of magnitude: a flat power keeps small amounts distinguishable too. */
const POWER = 0.35;

/** The position of an amount on a scale of widths or colours, by its share of the largest; both are from 0 to 1. */
export const scalePosition = (share: number): number => Math.min(1, Math.max(0, share)) ** POWER;

/** The share at a position of the scale. */
export const shareAt = (position: number): number => position ** (1 / POWER);
