import { join } from 'node:path';
import { ROOT } from '../harness/places.ts';

/** Compiled load generators and raw figures. Ignored by git. */
export const STATE = join(ROOT, '.musubi/bench');
