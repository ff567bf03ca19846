/** The map of imports as text: packages, then the folders of each, from top to bottom. */
import type { Edge, Package, Report } from './check.ts';

export function importMap(packages: readonly Package[], report: Report): string {
  const names = packages.map(({ name }) => name);
  const parts = packages
    .filter(({ layers }) => layers.length > 1)
    .map(
      ({ name, folder, layers }) => `\n${name} (${folder}/)\n${rows(layers, report.folders.get(name) ?? [])}`,
    );
  return [
    'Packages',
    rows(
      names.map((name) => [name]),
      report.packages,
    ),
    ...parts,
  ].join('\n');
}

/** Each folder with those it imports, all of them further down. */
function rows(layers: readonly (readonly string[])[], edges: readonly Edge[]): string {
  const order = layers.flat();
  const width = Math.max(...order.map((name) => name.length));
  const row = (name: string) => {
    const targets = edges
      .filter(({ from }) => from === name)
      .sort((a, b) => order.indexOf(a.to) - order.indexOf(b.to));
    return `  ${name.padEnd(width)} → ${targets.map(({ to, count }) => `${to} (${count})`).join(', ') || '–'}`;
  };
  return layers.map((names) => names.map(row).join('\n')).join('\n');
}
