import { PRIVATE_KEY_LINE, SECRET_KINDS } from '../target/secret-kinds.ts';
import { findSecrets } from '../target/secrets.ts';
import type { Secret, SecretTrace } from '../target/secrets.ts';
import { git, nulSeparated } from './git.ts';
import type { SourceTree } from './tree.ts';

/** What git would do with a file of a name, whether it exists or not. */
export interface IgnoreAnswer {
  readonly name: string;
  readonly ignored: boolean;
  /** The rule that decided, as `.gitignore:3 !.env.production`. */
  readonly rule?: string;
  /** A rule brings the file back that another one ignores. */
  readonly negated: boolean;
}

/** A tracked environment file, told without its values. */
export interface TrackedEnvFile {
  readonly path: string;
  /** Names of variables that hold what looks like a secret. */
  readonly secretNames: readonly string[];
}

/** A secret in a tracked file. */
export interface TrackedSecret {
  readonly path: string;
  readonly trace: SecretTrace;
}

/** An environment file by its name: `.env` and `.env.…`. */
const ENV_FILE = /(?:^|\/)\.env(?:\.[\w.-]+)?$/;

/** Names by which teams and tools mark a file that is meant to be read by anyone. */
const SAMPLE = /\.env\.(?:[\w-]+\.)?(?:example|sample|template|tpl|dist|defaults?|schema|vault)(?:\.[\w-]+)?$/;

/** Variables that frameworks put into the client’s code anyway. */
const PUBLIC_NAME = /^(?:NEXT_PUBLIC|PUBLIC|VITE|NUXT_PUBLIC|EXPO_PUBLIC|REACT_APP|GATSBY)_|PUBLISHABLE_KEY$/;
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|PRIVATE|CREDENTIAL|API_?KEY|DATABASE_URL|CONNECTION_STRING/i;

/** Values that are no secret: nothing, a switch, a number, a placeholder, a reference, what a tool encrypted, a database of this machine or of a network of containers. */
const HARMLESS_VALUE =
  /^(?:true|false|null|\d+[a-z]{0,2}|\*+|secret|password|postgres|root|todo|(?:sk_[a-z]+_|whsec_)?(?:(?:test|fake)[a-z_-]*)?)?$|^(?:\$\{|encrypted:|ENC\[|op:|file:)|^<.*>$|:\/\/(?:(\w+)(?::(?:\1|pass(?:word)?))?@)?(?:127\.0\.0\.1|[a-z-]+)(?::\d+)?(?:\/|$)|your|example|placeholder|replace|change[-_ ]?me|dummy|xxx|\.\.\./i;

/** Every kind of secret that is looked for, for git to find the files. */
const SECRETS = [
  ...SECRET_KINDS.map(({ prefix, character, fewest, after = '' }) => `${prefix}${character}{${fewest},}${after}`),
  PRIVATE_KEY_LINE,
].join('|');

/** What git says of names, by the rules of the repository alone: those of one machine protect nobody else. */
export async function ignoreAnswers(tree: SourceTree, names: readonly string[]): Promise<IgnoreAnswer[]> {
  const { stdout } = await git(
    tree.root,
    ['-c', 'core.excludesFile=', 'check-ignore', '--verbose', '--non-matching', '-z', '--no-index', '--stdin'],
    names.map((name) => `${name}\0`).join(''),
  );
  const fields = stdout.split('\0');
  return names.map((name, index) => {
    const [source = '', line = '', pattern = ''] = fields.slice(index * 4);
    const shared = source !== '' && !source.endsWith('info/exclude');
    const negated = shared && pattern.startsWith('!');
    return {
      name,
      ignored: shared && !negated,
      negated,
      ...(source !== '' && { rule: `${source}:${line} ${pattern}` }),
    };
  });
}

/** Environment files in the index, samples left out. */
export async function trackedEnvFiles(tree: SourceTree): Promise<TrackedEnvFile[]> {
  const { stdout } = await git(tree.root, ['ls-files', '-z', '--cached']);
  const paths = nulSeparated(stdout).filter((path) => ENV_FILE.test(path) && !SAMPLE.test(path));
  // What lies in the folder may be a link's target, decrypted, or marked to be left as it is.
  return Promise.all(paths.map(async (path) => ({ path, secretNames: secretNames(await indexed(tree, path)) })));
}

/** Secrets in the files of the index, by their form and by the values that were given. */
export async function trackedSecrets(tree: SourceTree, given: readonly Secret[]): Promise<TrackedSecret[]> {
  const plain = ['-c', 'grep.fullName=false', '-c', 'color.ui=false'];
  const { stdout } = await git(tree.root, [...plain, 'grep', '-a', '-l', '-z', '--cached', '-E', '-e', SECRETS]);
  const found = await Promise.all(
    nulSeparated(stdout).map(async (path) => {
      return findSecrets(await indexed(tree, path), given).map((trace) => ({ path, trace }));
    }),
  );
  return found.flat();
}

async function indexed({ root }: SourceTree, path: string): Promise<string> {
  return (await git(root, ['show', `:./${path}`])).stdout;
}

/** Names of the variables in an environment file that hold what looks like a secret. */
export function secretNames(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name = '', raw = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line) ?? [];
    const value = raw
      .replace(/(?:^|\s+)#.*$/, '')
      .replace(/^(["'`])(.*)\1\s*$/, '$2')
      .trim();
    const isSecret = SECRET_NAME.test(name) && !PUBLIC_NAME.test(name) && !HARMLESS_VALUE.test(value);
    return isSecret ? [name] : [];
  });
}
