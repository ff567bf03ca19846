const UNRELEASED = '## [Unreleased]';

/**
 * The text below the heading Unreleased.
 * @param {string} changelog in the format of Keep a Changelog
 */
export function unreleased(changelog) {
  const start = changelog.indexOf(UNRELEASED);
  if (start < 0) throw new Error(`CHANGELOG.md has no heading "${UNRELEASED}"`);
  const body = changelog.slice(start + UNRELEASED.length);
  const end = body.search(/^## /m);
  return (end < 0 ? body : body.slice(0, end)).trim();
}

/**
 * The changelog with what is unreleased under the heading of a version, and nothing unreleased.
 * @param {string} changelog
 * @param {string} version
 * @param {string} date YYYY-MM-DD
 */
export function dateChangelog(changelog, version, date) {
  if (changelog.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md already has a section ${version}`);
  if (unreleased(changelog) === '') throw new Error(`CHANGELOG.md has nothing under "${UNRELEASED}"`);
  return changelog.replace(UNRELEASED, () => `${UNRELEASED}\n\n## [${version}] - ${date}`);
}
