import { Command, CommanderError, Help } from 'commander';

const PROGRAM = 'npm run cli --';

/** The arguments of a command are wrong. `message` is one line that ends with the usage. */
export class WrongArguments extends Error {}

/** The usage of a command in one line, with the commands that contain it. */
function usageOf(command: Command): string {
  const names: string[] = [];
  for (let outer = command.parent; outer !== null; outer = outer.parent) names.unshift(outer.name());
  const usage = [...names, new Help().subcommandTerm(command)].join(' ');
  return command.commands.length > 0 ? `${usage} <command> …` : usage;
}

/** Makes a command, and those in it, refuse wrong arguments with `WrongArguments` and print help in one form. */
function prepare(command: Command): void {
  command
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ commandUsage: usageOf, styleTitle: (title) => title.toLowerCase() })
    .configureOutput({ outputError: () => undefined })
    .exitOverride((error: CommanderError) => {
      // Help is printed already. Without a command, it went to standard error.
      if (error.code.startsWith('commander.help')) throw error;
      const fault = error.message.trim().replaceAll(/\s+/g, ' ');
      const list = command.commands.length > 0 ? '; --help lists the commands' : '';
      throw new WrongArguments(`${fault} (usage: ${usageOf(command)}${list})`);
    });
  for (const inner of command.commands) prepare(inner);
}

/** The program that runs these commands. Its `parseAsync` throws `WrongArguments`, and what the commands throw. */
export function programOf(commands: readonly Command[]): Command {
  const program = new Command(PROGRAM)
    .description('The commands of the operator.')
    .helpCommand('help [command]', 'show the help of a command');
  for (const command of commands) program.addCommand(command);
  prepare(program);
  return program;
}
