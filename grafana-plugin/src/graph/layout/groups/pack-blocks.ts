import type { Size } from '../../geometry/rectangle.ts';

/**
 * Packs rectangles into rows, tallest first, to about the desired width-to-height ratio. Returns the top left corner
 * of each block, in their order.
 */
export function packBlocks(
  blocks: readonly Size[],
  gap: { readonly x: number; readonly y: number },
  aspect: number,
): { x: number; y: number }[] {
  const area = blocks.reduce((sum, block) => sum + (block.width + gap.x) * (block.height + gap.y), 0);
  const widest = blocks.reduce((width, block) => Math.max(width, block.width), 0);
  const rowWidth = Math.max(widest, Math.sqrt(area * aspect));
  const corners = blocks.map(() => ({ x: 0, y: 0 }));
  const tallestFirst = [...blocks.entries()].sort(
    ([i, a], [j, b]) => b.height - a.height || b.width - a.width || i - j,
  );
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  for (const [index, block] of tallestFirst) {
    if (x > 0 && x + block.width > rowWidth) {
      x = 0;
      y += rowHeight + gap.y;
      rowHeight = 0;
    }
    corners[index] = { x, y };
    x += block.width + gap.x;
    rowHeight = Math.max(rowHeight, block.height);
  }
  return corners;
}
