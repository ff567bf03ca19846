import { join } from 'node:path';
import { goPrograms } from './go-build.mjs';

/** Version of the Go module: 0.316 is Prometheus 3.16. */
const VERSION = '0.316.0';

/** Omits service discovery, most of the code to compile. */
const TAGS = 'netgo,remove_all_sd';

const PROGRAMS = /** @type {const} */ (['prometheus', 'promtool']);

/**
 * Paths of Prometheus 3 and its promtool, or why they are missing. Debian has Prometheus 2.
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
