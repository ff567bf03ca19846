/** Numbers from 0 to 1, the same for the same seed: mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Shares of the nodes by tier, from the edge to the data. */
const TIERS = [0.08, 0.2, 0.27, 0.25, 0.12, 0.08];

export interface ServiceMap {
  readonly nodes: readonly string[];
  readonly edges: readonly { readonly source: string; readonly target: string }[];
}

/**
 * A made-up service map: tiers that call the next ones, popular services that become more popular, one hub that
 * calls one in twenty, some calls within a tier and some back.
 */
export function serviceMap(nodes: number, edges: number, seed = 42): ServiceMap {
  const random = createRandom(seed);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const tierOf: number[] = [];
  const members: number[][] = TIERS.map(() => []);
  for (let v = 0; v < nodes; v++) {
    let [tier, x] = [0, random()];
    while (tier < TIERS.length - 1 && x > (TIERS[tier] ?? 1)) x -= TIERS[tier++] ?? 0;
    tierOf.push(tier);
    members[tier]?.push(v);
  }
  // Whoever is called is once more in the bag from which the next is drawn.
  const bags = members.map((tier) => tier.slice());
  const pairs = new Map<number, { source: string; target: string }>();
  const call = (a: number | undefined, b: number | undefined) => {
    if (a === undefined || b === undefined || a === b || pairs.has(a * nodes + b)) return;
    pairs.set(a * nodes + b, { source: `n${a}`, target: `n${b}` });
    bags[tierOf[b] ?? 0]?.push(b);
  };
  for (let i = 0; i < nodes / 20; i++) call(0, 1 + Math.floor(random() * (nodes - 1)));
  tierOf.forEach((tier, v) => {
    if (tier > 0) call(pick(members[tier - 1] ?? []), v);
  });
  for (let tries = 0; pairs.size < edges && tries < edges * 50; tries++) {
    const caller = Math.floor(random() * nodes);
    const x = random();
    const step = x < 0.02 ? -1 : x < 0.12 ? 0 : x < 0.75 ? 1 : 1 + Math.floor(random() * 3);
    call(caller, pick(bags[Math.max(0, (tierOf[caller] ?? 0) + step)] ?? []));
  }
  return { nodes: Array.from({ length: nodes }, (_, v) => `n${v}`), edges: [...pairs.values()] };
}

/** The same things in another order. */
export function shuffled<T>(things: readonly T[], seed: number): T[] {
  const random = createRandom(seed);
  return things
    .map((thing) => ({ thing, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ thing }) => thing);
}
