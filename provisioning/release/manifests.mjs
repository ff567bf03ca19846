/** @typedef {{ version?: string, name?: string, [key: string]: unknown }} Manifest */

const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * A package.json with a new version, of itself and of the workspaces it takes at its own version.
 * @param {string} text
 * @param {string} version
 * @param {ReadonlySet<string>} workspaces names of the packages that are released together
 */
export function bumpManifest(text, version, workspaces) {
  return stringify(bump(JSON.parse(text), version, workspaces), text);
}

/**
 * A package-lock.json, likewise: its own version and the entries of the workspaces.
 * @param {string} text
 * @param {string} version
 * @param {ReadonlyMap<string, string>} workspaces folder of each workspace and its name
 */
export function bumpLock(text, version, workspaces) {
  const lock = /** @type {{ version: string, packages: Record<string, Manifest> }} */ (JSON.parse(text));
  const names = new Set(workspaces.values());
  const own = ['', ...workspaces.keys()];
  const packages = Object.entries(lock.packages).map(([folder, entry]) => [
    folder,
    own.includes(folder) ? bump(entry, version, names) : entry,
  ]);
  return stringify({ ...lock, version, packages: Object.fromEntries(packages) }, text);
}

/**
 * @param {Manifest} manifest
 * @param {string} version
 * @param {ReadonlySet<string>} workspaces
 */
function bump(manifest, version, workspaces) {
  const copy = /** @type {Manifest} */ ({ ...manifest, version });
  for (const kind of DEPENDENCIES) {
    const wanted = /** @type {Record<string, string> | undefined} */ (copy[kind]);
    if (!wanted) continue;
    copy[kind] = Object.fromEntries(
      Object.entries(wanted).map(([name, range]) => [
        name,
        workspaces.has(name) && range === manifest.version ? version : range,
      ]),
    );
  }
  return copy;
}

/**
 * JSON that ends as the text it replaces: npm keeps the last line of a file as it was.
 * @param {unknown} value
 * @param {string} replaced
 */
function stringify(value, replaced) {
  return JSON.stringify(value, null, 2) + (replaced.endsWith('\n') ? '\n' : '');
}
