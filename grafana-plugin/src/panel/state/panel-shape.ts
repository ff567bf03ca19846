/** Width to height of the shapes for which graphs are laid out: few, so that nobody moves when a panel grows a little. */
const ASPECTS = [0.6, 1, 1.7, 3];

/** The one of those shapes that is nearest to a panel's. */
export function aspectOf(width: number, height: number): number {
  const distance = (aspect: number) => Math.abs(Math.log(width / (height * aspect)));
  return ASPECTS.reduce((nearest, aspect) => (distance(aspect) < distance(nearest) ? aspect : nearest));
}
