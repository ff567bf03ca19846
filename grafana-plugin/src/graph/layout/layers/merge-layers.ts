import type { Size } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';

/** In a larger graph, single links cannot be followed from layer to layer. */
const MOST_FOLLOWED = 500;
/** The ratio of layers to desired columns above which the drawing is too wide. */
const TOO_WIDE = 1.5;

/**
 * Merges neighbouring layers of a large graph, or of groups, if there are so many that the drawing would be too wide.
 * No vertex is moved right of its dependencies, but some are then above them.
 *
 * @param mean the mean size of a box: larger than a node if boxes are groups
 */
export function mergeLayers(layer: Int32Array, mean: Size, sizes: LayoutSizes): Int32Array {
  const isGroups = mean.width > sizes.width;
  const last = layer.reduce((most, at) => Math.max(most, at), 0);
  const [across, down] = [mean.width + sizes.columnGap, mean.height + sizes.rowGap];
  const columns = Math.ceil(Math.sqrt((layer.length * sizes.aspect * down) / across));
  if (last < columns * TOO_WIDE || (layer.length <= MOST_FOLLOWED && !isGroups)) return layer;
  const members = new Int32Array(last + 1);
  for (const at of layer) members[at] = (members[at] ?? 0) + 1;
  let before = 0;
  const columnOf = members.map((count) => {
    const middle = before + count / 2;
    before += count;
    return Math.floor((middle * columns) / layer.length);
  });
  return layer.map((at) => columnOf[at] ?? 0);
}
