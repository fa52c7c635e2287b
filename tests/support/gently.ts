import { run } from '../../demo/run.ts';

/** Runs an installation or a build, which must not slow down whatever else this machine does, nor know of our own keys. */
export async function gently(cwd: string, ...command: string[]): Promise<void> {
  const env = Object.entries(process.env).filter(([name]) => !/CLERK|^NODE_OPTIONS$|^npm_|^GIT_/.test(name));
  const silent = { ASTRO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1' };
  await run('nice', command, { cwd, env: { ...Object.fromEntries(env), ...silent } });
}
