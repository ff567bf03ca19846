import { writeFile } from 'node:fs/promises';
import { helpOption } from '../../config/agent-options.ts';
import { helpText } from '../../config/help-text.ts';
import { option } from '../../config/option.ts';
import { refuseFile } from '../../config/refuse-file.ts';
import { resolveOptions } from '../../config/resolve-options.ts';
import { UsageError } from '../../config/usage-error.ts';
import { parseText } from '../../config/values.ts';
import { readExpectations } from '../../expect/read-expectations.ts';
import { renderRules } from '../../expect/render-rules.ts';
import type { Command } from '../command.ts';

const SUMMARY = 'Renders a file of expected dependencies as Prometheus rules.';

const OPTIONS = {
  file: option({ value: 'FILE', help: 'file of expected dependencies', parse: parseText, operand: true }),
  output: option({ value: 'FILE', help: 'rule file to write (default: standard output)', parse: parseText }),
  help: helpOption,
};

export const render: Command = {
  summary: SUMMARY,
  async run(argv, io) {
    const { file, output, help } = await resolveOptions(OPTIONS, argv, io.env);
    if (help) {
      io.stdout(helpText('musubi expect render FILE [OPTIONS]', `${SUMMARY}\n${ABOUT}`, OPTIONS));
      return 0;
    }
    if (file === undefined) throw new UsageError('missing argument FILE');
    const rules = renderRules(await readExpectations(file));
    if (output === undefined) io.stdout(rules);
    else await writeFile(output, rules).catch(refuseFile(`--output: cannot write ${output}`));
    return 0;
  },
};

const ABOUT = `Save the rules next to musubi-alerts.yaml, where rule_files finds them, and reload Prometheus.`;
