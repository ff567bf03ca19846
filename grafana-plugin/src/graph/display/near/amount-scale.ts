/** Amounts span many orders of magnitude: a flat power keeps the small ones apart, too. */
const POWER = 0.35;

/** How far along a scale of widths or colours an amount stands, by its share of the largest; both are from 0 to 1. */
export const scalePosition = (share: number): number => Math.min(1, Math.max(0, share)) ** POWER;

/** The share that stands so far along. */
export const shareAt = (place: number): number => place ** (1 / POWER);
