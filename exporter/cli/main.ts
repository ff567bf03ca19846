import { VERSION } from '@musubi/agent/version';
import type { Command } from './commands/command.ts';
import { UsageError } from './config/usage-error.ts';
import type { Io } from './io.ts';

/** Loaded on demand. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  agent: async () => (await import('./commands/agent.ts')).agent,
  snapshot: async () => (await import('./commands/snapshot.ts')).snapshot,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  look: async () => (await import('./commands/look.ts')).look,
  diff: async () => (await import('./commands/diff.ts')).diff,
  expect: async () => (await import('./commands/expect.ts')).expect,
  rules: async () => (await import('./commands/rules.ts')).rules,
};

async function help(): Promise<string> {
  const rows = Object.entries(COMMANDS).map(
    async ([name, load]) => `  ${name.padEnd(10)}${(await load()).summary}`,
  );
  return `Musubi finds the dependencies between network services from the sockets of the hosts they run on.

Usage: musubi COMMAND [OPTIONS]

Commands:
${(await Promise.all(rows)).join('\n')}

  musubi COMMAND --help    show the options of a command
  musubi --version         show the version, as does each command
`;
}

/** Runs `musubi` with its arguments. Resolves to the exit code: 0 success, 1 failure, 2 invalid usage. */
export async function main([name, ...argv]: readonly string[], io: Io): Promise<number> {
  if (name === 'help' && argv.length > 0) return main([...argv, '--help'], io);
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout(await help());
    return 0;
  }
  if (name === '--version' || (Object.hasOwn(COMMANDS, name ?? '') && argv.includes('--version'))) {
    io.stdout(`musubi ${VERSION}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name ?? '') ? await COMMANDS[name ?? '']?.() : undefined;
  try {
    if (!command) {
      const problem = name === undefined ? 'missing command' : `unknown command ${JSON.stringify(name)}`;
      throw new UsageError(`${problem} (available: ${Object.keys(COMMANDS).join(', ')})`);
    }
    return await command.run(argv, io);
  } catch (error) {
    io.stderr(`musubi: ${(error as Error).message}\n`);
    if (!(error instanceof UsageError)) return 1;
    const verbs = argv.slice(0, 1).filter((verb) => command?.verbs?.includes(verb));
    io.stderr(`Try: ${['musubi', ...(command ? [name] : []), ...verbs].join(' ')} --help\n`);
    return 2;
  }
}
