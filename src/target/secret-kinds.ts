/**
 * A kind of secret that gives itself away by how it begins. Its expressions are of the syntax that JavaScript and
 * `git grep -E` share.
 */
export interface SecretKind {
  readonly what: string;
  /** What every secret of the kind begins with. */
  readonly prefix: string;
  /** A character of the random part that follows. */
  readonly character: string;
  /** Fewest characters of the random part. */
  readonly fewest: number;
  /** What comes right after it, where that tells it from others. */
  readonly after?: string;
  /** True where code is full of the prefix, so that one counts only as a value of its own, in quotes. */
  readonly isCommon?: true;
}

/** Kinds of secrets that are found where they must not be, and redacted wherever they are. */
export const SECRET_KINDS: readonly SecretKind[] = [
  {
    what: 'a secret key of Clerk or Stripe',
    prefix: '[rs]k_(live|test)_',
    character: '[A-Za-z0-9]',
    fewest: 20,
  },
  { what: 'a webhook signing secret', prefix: 'whsec_', character: '[A-Za-z0-9+/=]', fewest: 24 },
  {
    what: 'a secret key of OpenAI, Anthropic or Supabase',
    prefix: '(sk-(proj|svcacct|admin|ant)-|sb_secret_)',
    character: '[A-Za-z0-9_-]',
    fewest: 20,
  },
  {
    what: 'a token of GitHub',
    prefix: '(github_pat_|gh[pousr]_)',
    character: '[A-Za-z0-9_]',
    fewest: 36,
  },
  {
    what: 'a password of a database',
    prefix: '(postgres(ql)?|mysql|mongodb(\\+srv)?|rediss?|amqps?)://[A-Za-z0-9._-]{0,63}:',
    character: '[A-Za-z0-9!$%&*+,.;=_~-]',
    fewest: 12,
    // Databases of a developer's machine and of containers have no dot in their host.
    after: '@[A-Za-z0-9-]+[.][A-Za-z]',
  },
  {
    what: 'an API key, machine token or OAuth token of Clerk',
    prefix: '(ak|mt|oat)_',
    character: '[A-Za-z0-9]',
    fewest: 20,
    isCommon: true,
  },
];

/** The first line of a private key in PEM. */
export const PRIVATE_KEY_LINE = '-----BEGIN ([A-Z]+ ){0,2}PRIVATE KEY-----';
