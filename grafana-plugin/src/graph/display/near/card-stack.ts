import type { Card } from './display-list.ts';

/** Offsets to the right and down of the cards to draw, lowest first: a collapsed group is drawn as a stack. */
export const stackOffsets = ({ collapsed }: Card): readonly number[] => (collapsed ? [6, 3, 0] : [0]);
