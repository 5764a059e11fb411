import { describe, expect, it } from '@jest/globals';
import { Argument, Command } from 'commander';
import { programOf, WrongArguments } from './program.js';

describe('programOf', () => {
  const ran: unknown[] = [];
  const program = () =>
    programOf([
      new Command('key').addCommand(
        new Command('new')
          .argument('<name>')
          .option('--bits <bits>', 'length')
          .action((name: string, { bits }: { bits?: string }) => void ran.push([name, bits])),
      ),
      new Command('grant')
        .addArgument(new Argument('<role>').choices(['admin']))
        .action(() => Promise.reject(new Error('refused'))),
    ]);
  const run = (...args: string[]) => program().parseAsync(args, { from: 'user' });

  it('runs a command, and one inside another', async () => {
    await run('key', 'new', 'first', '--bits', '256');
    expect(ran).toEqual([['first', '256']]);
    await expect(run('grant', 'admin')).rejects.toThrow('refused');
  });

  it.each([
    [
      ['key', 'new'],
      "error: missing required argument 'name' (usage: npm run cli -- key new [options] <name>)",
    ],
    [['grant', 'x'], /^error: .*Allowed choices are admin\. \(usage: npm run cli -- grant <role>\)$/],
    [
      ['grand'],
      /^error: unknown command 'grand' .* \(usage: npm run cli -- <command> …; --help lists the commands\)$/,
    ],
    [
      ['key', 'old'],
      /^error: unknown command 'old' \(usage: npm run cli -- key .*; --help lists the commands\)$/,
    ],
  ])('refuses %j in one line', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(WrongArguments);
    await expect(run(...args)).rejects.toThrow(message);
  });
});
