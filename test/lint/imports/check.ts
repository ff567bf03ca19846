/** Checks that imports between packages, and between the folders of a package, go downward only. */
import { posix } from 'node:path';
import { readImports } from './read-imports.ts';

export interface Package {
  /** As other packages import it, or a short name for a folder without a package.json. */
  readonly name: string;
  readonly folder: string;
  /** The packages it may import. */
  readonly imports: readonly string[];
  /** Those of them that it imports by path, not by name. */
  readonly byPath?: readonly string[];
  /** npm packages and packages of Node.js that it must not import. */
  readonly withoutModules?: RegExp;
  /**
   * Its layers from top to bottom, each a list of folders and files below `folder`: an import goes to a layer further
   * down, or stays within one folder. The longest path that matches a file is its folder.
   */
  readonly layers: readonly (readonly string[])[];
}

/** An import that is against the rules and is to be removed, as `from file` → `to file`. */
export type Exception = readonly [from: string, to: string];

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface Report {
  readonly findings: readonly string[];
  /** Imports between packages, and between the folders of each package. */
  readonly packages: readonly Edge[];
  readonly folders: ReadonlyMap<string, readonly Edge[]>;
}

interface Location {
  readonly package: Package;
  readonly folder: string;
  readonly layer: number;
}

export function checkImports(
  files: ReadonlyMap<string, string>,
  packages: readonly Package[],
  exceptions: readonly Exception[] = [],
): Report {
  const findings: string[] = [];
  const betweenPackages = new Counter();
  const betweenFolders = new Map(packages.map(({ name }) => [name, new Counter()]));
  const unusedExceptions = new Set(exceptions.map((pair) => pair.join(' → ')));

  for (const [path, source] of files) {
    const from = locate(path, packages);
    if (!from) continue;
    if (from.layer < 0 && !isTest(path))
      findings.push(`${path}: its folder is in no layer of ${from.package.name}`);
    for (const { specifier, line } of readImports(path, source)) {
      const add = (problem: string) => findings.push(`${path}:${line}: ${problem}`);
      if (from.package.withoutModules?.test(specifier))
        add(`${from.package.name} must not import ${specifier}`);
      const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier;
      const to = locate(target, packages) ?? packageOf(specifier, packages);
      if (!to) continue;
      if (to.package !== from.package) {
        // The harness of the tests is a package as well.
        if (isTest(path) && to.package.name === TESTS) continue;
        if (!isTest(path)) betweenPackages.add(from.package.name, to.package.name);
        if (!from.package.imports.includes(to.package.name))
          add(`${from.package.name} must not import ${to.package.name} (${specifier})`);
        else if (
          isNpm(to.package) &&
          specifier.startsWith('.') &&
          !from.package.byPath?.includes(to.package.name)
        )
          add(`import ${to.package.name} by its name, not ${specifier}`);
        continue;
      }
      // A test may use all of its package.
      if (isTest(path) || to.folder === from.folder) continue;
      if (
        unusedExceptions.delete(`${path} → ${target}`) ||
        exceptions.some(([a, b]) => a === path && b === target)
      )
        continue;
      betweenFolders.get(from.package.name)?.add(from.folder, to.folder);
      if (to.layer <= from.layer && to.layer >= 0)
        add(`${from.folder} is not above ${to.folder} (${specifier})`);
    }
  }
  for (const pair of unusedExceptions)
    findings.push(`${pair}: is listed as an exception but does not exist: remove it`);
  return {
    findings,
    packages: betweenPackages.edges(),
    folders: new Map([...betweenFolders].map(([name, counter]) => [name, counter.edges()])),
  };
}

/** The package whose files all tests may import. */
const TESTS = 'test';

const isNpm = ({ name }: Package) => name.startsWith('@');

const isTest = (path: string) => /\.(test|case|fixture|bench)\.\w+$/.test(path);

function locate(path: string, packages: readonly Package[]): Location | undefined {
  const within = longest(packages, ({ folder }) => (isWithin(path, folder) ? folder.length : -1));
  if (!within) return undefined;
  const rest = path.slice(within.folder.length + 1);
  const folders = within.layers.flatMap((folders, layer) => folders.map((folder) => ({ folder, layer })));
  const found = longest(folders, ({ folder }) =>
    folder === '*' ? 0 : isWithin(rest, folder) ? folder.length : -1,
  );
  return { package: within, folder: found?.folder ?? rest, layer: found?.layer ?? -1 };
}

/** That of `@musubi/agent/pipeline`. */
function packageOf(specifier: string, packages: readonly Package[]): Location | undefined {
  const found = longest(packages, ({ name }) => (isWithin(specifier, name) ? name.length : -1));
  return found && { package: found, folder: '', layer: -1 };
}

const isWithin = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

function longest<Entry>(entries: readonly Entry[], lengthOf: (entry: Entry) => number): Entry | undefined {
  let best: Entry | undefined;
  for (const entry of entries)
    if (lengthOf(entry) >= 0 && (!best || lengthOf(entry) > lengthOf(best))) best = entry;
  return best;
}

class Counter {
  readonly #counts = new Map<string, Map<string, number>>();

  add(from: string, to: string): void {
    const targets = this.#counts.get(from) ?? new Map<string, number>();
    this.#counts.set(from, targets.set(to, (targets.get(to) ?? 0) + 1));
  }

  edges(): Edge[] {
    return [...this.#counts].flatMap(([from, targets]) =>
      [...targets].map(([to, count]) => ({ from, to, count })),
    );
  }
}
