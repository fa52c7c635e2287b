import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { ignoreAnswers, trackedEnvFiles, trackedSecrets } from '../../source/env-files.ts';
import type { IgnoreAnswer, TrackedEnvFile, TrackedSecret } from '../../source/env-files.ts';
import { SourceTree } from '../../source/tree.ts';
import { secretsOf } from '../../target/target.ts';
import { count } from '../../text.ts';
import { defineCheck } from '../../verify.ts';

const DOCS = 'https://clerk.com/docs/guides/secure/rotate-api-keys';

/** Names under which frameworks read secrets; the first two are what a developer creates. */
const NAMES = ['.env.local', '.env.production.local', '.env', '.env.production'];

/** Files in which secrets are usually made up. */
const MADE_UP =
  /(?:^|\/)(?:(?:tests?(?:-\w+)?|__tests__|fixtures?|mocks?|__mocks__|e2e|cypress|examples?|docs?)\/|(?:vitest|jest|localhost)[.\w-]*$)|\.(?:test|spec)\.\w+$|\.mdx?$/;

/** What git does with environment files and secrets. */
export type EnvFilesEvidence =
  | { readonly problem: string }
  | {
      readonly names: readonly IgnoreAnswer[];
      readonly tracked: readonly TrackedEnvFile[];
      readonly secrets: readonly TrackedSecret[];
    };

/** environment/env-files-ignored. */
export const envFilesIgnored = defineCheck<EnvFilesEvidence>({
  id: 'environment/env-files-ignored',
  async collect({ readiness }) {
    const source = await SourceTree.of(readiness);
    if ('problem' in source) return source;
    const { tree } = source;
    if (tree.gitProblem !== undefined) return { problem: noRepository(tree.root, tree.gitProblem) };
    const [names, tracked, secrets] = await Promise.all([
      ignoreAnswers(tree, NAMES),
      trackedEnvFiles(tree),
      trackedSecrets(tree, secretsOf(readiness)),
    ]);
    return { names, tracked, secrets };
  },
  judge(evidence): Judgement {
    if ('problem' in evidence) return { findings: [], summary: '', unverified: evidence.problem };
    const { names, tracked, secrets } = evidence;
    const trackedPaths = new Set(tracked.map(({ path }) => path));
    return {
      findings: [
        ...tracked.map(judgeTracked),
        ...names.filter(({ name, ignored }) => !ignored && !trackedPaths.has(name)).map(judgeName),
        // A tracked environment file is a finding already.
        ...secrets.filter(({ path }) => !trackedPaths.has(path)).map(judgeSecret),
      ],
      summary: `git ignores ${count(names.filter(({ ignored }) => ignored).length, 'name')} of environment files, tracks none, and has no secret in a tracked file`,
    };
  },
});

function noRepository(root: string, problem: string): string {
  return `git could not be asked about ${root} (${problem}): run in a clone of the repository${/dubious ownership/.test(problem) ? `, after git config --global --add safe.directory ${root}` : ''}`;
}

function judgeTracked({ path, secretNames }: TrackedEnvFile): Finding {
  const holdsSecrets = secretNames.length > 0;
  const parts = {
    subject: path,
    expected: 'environment files ignored by git and not tracked; samples such as .env.example may be',
    fix: `Run git rm --cached ${path}, add .env* and !.env.example to .gitignore, and rotate every secret that the file ever held.`,
    docs: DOCS,
  };
  if (holdsSecrets)
    return error({
      ...parts,
      message: `git tracks it, with values for ${secretNames.join(', ')}`,
      cause:
        'It was added before .gitignore had it, or with git add --force; everyone with the repository has the secrets.',
    });
  if (path.endsWith('.local'))
    return error({
      ...parts,
      message: 'git tracks it',
      cause: 'A file of one machine was added before .gitignore had it, or with git add --force.',
    });
  return warning({
    ...parts,
    message: 'git tracks it; it holds no secret now',
    cause: 'Defaults for everybody are kept in a file in which people also put secrets.',
  });
}

function judgeName({ name, rule, negated }: IgnoreAnswer): Finding {
  const parts = {
    subject: name,
    message: negated ? `git does not ignore it, by the rule ${rule}` : 'git does not ignore it',
    expected: '.env* in .gitignore, with exceptions for samples only',
    fix: negated
      ? 'Take the exception out of .gitignore; keep one for .env.example only.'
      : 'Add the lines .env* and !.env.example to .gitignore.',
    docs: DOCS,
  };
  if (negated)
    return error({ ...parts, cause: 'An exception in .gitignore is wider than the sample that it was meant for.' });
  const cause =
    rule === undefined
      ? '.gitignore has no rule for it: the next git add takes it in.'
      : `Only this machine ignores it (${rule}): everyone else’s next git add takes it in.`;
  return name.endsWith('.local') ? error({ ...parts, cause }) : warning({ ...parts, cause });
}

function judgeSecret({ path, trace }: TrackedSecret): Finding {
  const parts = {
    subject: path,
    message: `git tracks ${trace.what} in it: ${trace.shown}`,
    expected: 'no secret in a tracked file',
    cause: 'It was written into the code, and stays in the history when the line is removed.',
    fix: 'Rotate the secret now, read it from the environment, and scan the history as well.',
    docs: DOCS,
  };
  const isGiven = trace.what.startsWith('the value of');
  const isLive = trace.shown.startsWith('sk_live_');
  const isTestKey = trace.shown.startsWith('sk_test_');
  return isGiven || isLive || !(isTestKey || MADE_UP.test(path)) ? error(parts) : warning(parts);
}
