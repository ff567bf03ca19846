import { agent } from './commands/agent.ts';
import type { Command, Io } from './commands/command.ts';
import { doctor } from './commands/doctor.ts';
import { rules } from './commands/rules.ts';
import { snapshot } from './commands/snapshot.ts';
import { UsageError } from './config/usage-error.ts';
import { VERSION } from './version.ts';

const COMMANDS: Readonly<Record<string, Command>> = { agent, snapshot, doctor, rules };

const HELP = `Musubi finds the dependencies between network services from the sockets of the hosts they run on.

Usage: musubi COMMAND [OPTIONS]

Commands:
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

  musubi COMMAND --help    the options of a command
  musubi --version         the version
`;

/** Runs `musubi` with its arguments. Resolves to the exit code: 0 good, 1 the job failed, 2 wrong usage. */
export async function main([name, ...argv]: readonly string[], io: Io): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout(HELP);
    return 0;
  }
  if (name === '--version') {
    io.stdout(`musubi ${VERSION}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name ?? ''] : undefined;
  try {
    if (!command) {
      const problem = name === undefined ? 'no command given' : `unknown command ${JSON.stringify(name)}`;
      throw new UsageError(`${problem}; one of ${Object.keys(COMMANDS).join(', ')} is needed`);
    }
    return await command.run(argv, io);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    io.stderr(`musubi: ${(error as Error).message}\n`);
    if (isUsage) io.stderr(`Try: musubi ${command ? `${name} ` : ''}--help\n`);
    return isUsage ? 2 : 1;
  }
}
