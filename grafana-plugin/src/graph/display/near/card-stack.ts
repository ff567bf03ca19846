import type { Card } from './display-list.ts';

/** How far each sheet of a card is to be drawn right of it and below, the lowest first: a collapsed group is a pile. */
export const stackOffsets = ({ collapsed }: Card): readonly number[] => (collapsed ? [6, 3, 0] : [0]);
