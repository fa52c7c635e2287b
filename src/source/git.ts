import { spawn } from 'node:child_process';

/** How a git command ended. */
export interface GitAnswer {
  /** Exit code; 127 when there is no git. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables by which a hook points git to a repository other than the one asked about. */
const HOOK_VARIABLES = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'];

/** Runs git in a folder. Only reading commands are ever given. */
export async function git(folder: string, args: readonly string[], input = ''): Promise<GitAnswer> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !HOOK_VARIABLES.includes(name)));
  return new Promise((resolve) => {
    const child = spawn('git', ['-C', folder, ...args], { env: { ...env, GIT_OPTIONAL_LOCKS: '0' } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => resolve({ code: 127, stdout: '', stderr: error.message }));
    child.on('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString().trim() }),
    );
    // A git that ended early does not read its input.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** The parts of a `-z` output. */
export function nulSeparated(output: string): string[] {
  return output.split('\0').filter((part) => part !== '');
}
