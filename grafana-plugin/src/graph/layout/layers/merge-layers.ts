import type { Size } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';

/** In a larger graph nobody follows a single link from layer to layer. */
const MOST_FOLLOWED = 500;
/** So many times more layers than columns that there should be make a ribbon. */
const RIBBON = 1.5;

/**
 * Puts neighbouring layers together, of a large graph or of groups, where there are so many that the whole would be
 * a ribbon. Nobody comes to stand right of what they depend on, but some then stand above it.
 *
 * @param mean the size of a box: larger than a node where boxes are groups
 */
export function mergeLayers(layer: Int32Array, mean: Size, sizes: LayoutSizes): Int32Array {
  const isGroups = mean.width > sizes.width;
  const last = layer.reduce((most, at) => Math.max(most, at), 0);
  const [across, down] = [mean.width + sizes.columnGap, mean.height + sizes.rowGap];
  const columns = Math.ceil(Math.sqrt((layer.length * sizes.aspect * down) / across));
  if (last < columns * RIBBON || (layer.length <= MOST_FOLLOWED && !isGroups)) return layer;
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
