import { join } from 'node:path';
import { goPrograms } from './go-build.mjs';

/** Of the Go module: that of Prometheus 3.16 is 0.316. */
const VERSION = '0.316.0';

/** Without service discovery of clouds, which is most of what there is to compile. */
const TAGS = 'netgo,remove_all_sd';

const PROGRAMS = /** @type {const} */ (['prometheus', 'promtool']);

/**
 * Prometheus 3 and its promtool, or why there are none. Debian has Prometheus 2.
 *
 * @param {{ log: (line: string) => void }} options
 * @returns {Promise<{ prometheus: string, promtool: string } | { missing: string }>}
 */
export async function prometheus3(options) {
  const made = await goPrograms(
    {
      what: 'Prometheus 3',
      name: 'prometheus',
      recipe: `${VERSION} ${TAGS}`,
      programs: PROGRAMS,
      build: (folder, go) =>
        go(
          [
            'install',
            '-tags',
            TAGS,
            ...PROGRAMS.map((program) => `github.com/prometheus/prometheus/cmd/${program}@v${VERSION}`),
          ],
          { GOBIN: folder },
        ),
    },
    options,
  );
  if ('missing' in made) return made;
  return { prometheus: join(made.folder, 'prometheus'), promtool: join(made.folder, 'promtool') };
}
