#!/usr/bin/env node
import { ReadinessConfigError } from '../config/error.ts';
import { didYouMean } from '../config/suggest.ts';
import { TargetError } from '../target/reachable.ts';
import { TOOL } from '../target/user-agent.ts';
import { Interrupted } from './ask.ts';
import { UsageError } from './usage-error.ts';

/** A command: what it is for, and its code, loaded when it is called. */
interface Command {
  readonly summary: string;
  /** Runs it; gives the exit code. */
  readonly load: () => Promise<{ usage: string; run: (args: readonly string[]) => Promise<number> }>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  check: { summary: 'Check a deployed app by its URL; needs no configuration', load: () => import('./check.ts') },
  init: { summary: 'Write a Playwright configuration and a CI workflow', load: () => import('./init.ts') },
  list: { summary: 'List the checks', load: () => import('./list.ts') },
  explain: { summary: 'Explain a check', load: () => import('./explain.ts') },
  baseline: { summary: 'Waive what fails today, until a date', load: () => import('./baseline.ts') },
};

const USAGE = `clerk-readiness <command> [arguments]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

clerk-readiness <command> --help explains a command, clerk-readiness --version names the version.

Exit codes: 0 fine (READY or INCOMPLETE), 1 NOT READY (or INCOMPLETE under --strict), 2 a mistake in the call.
`;

/** Exit code of a mistake in the call or the configuration. */
const MISTAKE = 2;

/** Exit code of Ctrl-C, as of a shell. */
const INTERRUPTED = 130;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') return print(`${TOOL.version}\n`);
  if (name === '--help' || name === '-h' || name === 'help') return print(USAGE);
  if (name === undefined) {
    process.stderr.write(USAGE);
    return MISTAKE;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(unknownCommand(name));
  const { usage, run } = await command.load();
  return args.includes('--help') || args.includes('-h') ? print(usage) : run(args);
}

function unknownCommand(name: string): string {
  if (/^https?:/.test(name)) return `the command is missing: clerk-readiness check ${name}`;
  const near = didYouMean(name, Object.keys(COMMANDS)) || `; there are ${Object.keys(COMMANDS).join(', ')}`;
  return `"${name}" is not a command${near}`;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (failure) {
  process.exitCode = failure instanceof Interrupted ? INTERRUPTED : told(failure);
}

/** Says what went wrong; gives the exit code. */
function told(failure: unknown): number {
  const isMistake = failure instanceof UsageError || failure instanceof ReadinessConfigError;
  process.stderr.write(
    `clerk-readiness: ${isMistake || failure instanceof TargetError ? failure.message : trace(failure)}\n`,
  );
  return isMistake ? MISTAKE : 1;
}

function trace(failure: unknown): string {
  return failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
}
