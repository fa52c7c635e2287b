import { createHash } from 'node:crypto';
import { PRIVATE_KEY_LINE, SECRET_KINDS } from './secret-kinds.ts';

/** A value that must never leave the process, with the option it came from. */
export interface Secret {
  /** Option path, shown instead of the value: `webhook.secret`. */
  readonly name: string;
  readonly value: string;
}

/** How a secret is written. */
export type SecretForm = 'plain' | 'base64' | 'URL-encoded' | 'JSON-escaped';

/** A secret that stood in an answer, told without its value; made from the raw text when the answer is recorded. */
export interface SecretTrace {
  /** What it is: `a Clerk or Stripe secret key`, or the option that it was given in: `the value of clerk.secretKey`. */
  readonly what: string;
  readonly form: SecretForm;
  /** Its prefix, as far as every secret of the kind begins alike, and its length: `sk_live_… (48 characters)`. */
  readonly shown: string;
  /** Name that it is assigned to, as far as one stands in front of it. */
  readonly member?: string;
}

/** What a secret of each kind looks like where it stands. The role in a token stands in base64, at any offset. */
const PATTERNS: ReadonlyArray<{ readonly what: string; readonly pattern: RegExp }> = [
  ...SECRET_KINDS.map(({ what, prefix, character, fewest, after = '', isCommon }) => {
    const secret = `(?<prefix>${prefix})(?<random>${character}{${fewest},})(?=${after})`;
    const quoted = `(?<=[:=]\\s{0,4}\\\\{0,3}["'\`])${secret}(?=\\\\{0,3}["'\`])`;
    return { what, pattern: new RegExp(isCommon ? quoted : `(?<![A-Za-z0-9])${secret}`, 'g') };
  }),
  {
    what: 'a service key of Supabase',
    pattern: new RegExp(
      `(?<![\\w-])(?<prefix>eyJ)[\\w-]+\\.[\\w-]+(?:${[0, 1, 2].map((offset) => insideBase64(Buffer.from('"service_role"'), offset)).join('|')})[\\w-]*\\.(?<random>[\\w-]{20,})`,
      'g',
    ),
  },
  {
    what: 'a private key',
    pattern: new RegExp(
      `(?<prefix>${PRIVATE_KEY_LINE})(?<random>(?:\\\\{1,3}[rn]|[\\s"'\`+])*[A-Za-z0-9+/]{40,64})`,
      'g',
    ),
  },
];

/** Fewest different characters of a random secret; `xxxxxxxx` and `123412341234` in documentation have fewer. */
const MIN_VARIETY = 10;

/** Words that documentation writes where a secret belongs. */
const PLACEHOLDER = /x{5}|X{5}|[Yy]our|YOUR|example|placeholder|secretkey|abcdefgh|12345678/;

/** SHA-256 of the secrets that Stripe's and Svix's documentation print as examples; they belong to nobody. */
const PUBLISHED = new Set([
  '2cafc0970149a84f3b9e62eaf169f36f59907a3b3e31f7b82e68c69cd27f7326',
  'f2d6ca16515033e5dce14eba840b979d27b5cbae24bb3e5bf484339667f86397',
  '96ad2ccd81462a766178ae09a71df55f548a3f66da11606f9cdf40b391e22dd0',
]);

/** Shortest given value that is searched for in answers: shorter ones, and plain words, stand in pages for other reasons. */
const MIN_GIVEN_LENGTH = 12;

/** Text in front of a secret within which the name is looked for that it is assigned to. */
const NAME_REACH = 64;

/** A source map inside its script. */
const INLINE_MAP = /sourceMappingURL=data:application\/json[^,]{0,40};base64,([A-Za-z0-9+/=]+)/g;

/** Finds secrets in text: the given values in every usual form, and what has the form of a secret. Each value once. */
export function findSecrets(text: string, given: readonly Secret[]): SecretTrace[] {
  if (text.length < MIN_GIVEN_LENGTH) return [];
  const maps = text.includes('sourceMappingURL=data:') ? [...text.matchAll(INLINE_MAP)] : [];
  const inMaps = maps.flatMap(([, map = '']) => tracesIn(Buffer.from(map, 'base64').toString('utf8'), given));
  return [...tracesIn(text, given), ...inMaps.map((trace) => ({ ...trace, form: 'base64' as const }))];
}

function tracesIn(text: string, given: readonly Secret[]): SecretTrace[] {
  const hunted = given.filter(isTelling);
  const traces: SecretTrace[] = hunted.flatMap(({ name, value }) => {
    const hit = firstForm(text, value);
    const shown = `${value.length} characters`;
    return hit ? [traceOf(text, hit.start, { what: `the value of ${name}`, form: hit.form, shown })] : [];
  });
  const values = new Set<string>();
  for (const { what, pattern } of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const [whole] = match;
      const { prefix = '', random = '' } = match.groups ?? {};
      const isGiven = hunted.some(({ value }) => whole.includes(value) || value.includes(whole));
      if (isGiven || values.has(whole) || !isRandom(random) || PUBLISHED.has(sha256(whole))) continue;
      values.add(whole);
      const shown = prefix.endsWith('-') ? prefix : `${prefix}… (${whole.length} characters)`;
      traces.push(traceOf(text, match.index, { what, form: 'plain', shown }));
    }
  }
  return traces;
}

const known = new Map<string, ReadonlyArray<readonly [form: SecretForm, text: string]>>();

/** Every way in which a value is usually written, longest first: as it is, JSON-escaped, URL-encoded, in base64 at any offset. */
export function formsOf(value: string): ReadonlyArray<readonly [form: SecretForm, text: string]> {
  const forms = known.get(value) ?? writtenForms(value);
  known.set(value, forms);
  return forms;
}

function writtenForms(value: string): Array<readonly [SecretForm, string]> {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  // Of a short value so little is left that ordinary text has it too.
  const inner = value.length < MIN_GIVEN_LENGTH ? [] : [0, 1, 2].map((offset) => insideBase64(bytes, offset));
  const forms: Array<readonly [SecretForm, string]> = [
    ['plain', value],
    ['JSON-escaped', json],
    ['JSON-escaped', json.replaceAll('/', '\\/')],
    ['URL-encoded', encodeURIComponent(value)],
    ...[bytes.toString('base64'), ...inner].flatMap((text) => [
      ['base64', text] as const,
      ['base64', text.replace(/=+$/, '')] as const,
      ['base64', text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')] as const,
    ]),
  ];
  return [...new Map(forms.toReversed().map(([form, text]) => [text, form]))]
    .map(([text, form]) => [form, text] as const)
    .sort(([, a], [, b]) => b.length - a.length);
}

/** The characters of base64 that a value alone decides, where it begins at an offset within a group of three bytes. */
function insideBase64(bytes: Buffer, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const first = Math.ceil((offset * 8) / 6);
  return encoded.slice(first, Math.floor(((offset + bytes.length) * 8) / 6));
}

function firstForm(text: string, value: string): { readonly start: number; readonly form: SecretForm } | undefined {
  for (const [form, written] of formsOf(value)) {
    const start = text.indexOf(written);
    if (start !== -1) return { start, form };
  }
  return undefined;
}

/** True for a value that no page holds by chance. */
function isTelling({ name, value }: Secret): boolean {
  if (name === 'session.user.email' || value.length < MIN_GIVEN_LENGTH) return false;
  const mixed = /\d/.test(value) && /[A-Za-z]/.test(value);
  return name.startsWith('headers.') ? mixed && value.length >= 16 : mixed || value.length >= 20;
}

function isRandom(value: string): boolean {
  return new Set(value).size >= MIN_VARIETY && !PLACEHOLDER.test(value);
}

function traceOf(text: string, start: number, trace: Omit<SecretTrace, 'member'>): SecretTrace {
  const before = text.slice(Math.max(0, start - NAME_REACH), start);
  const member = /([A-Za-z_$][\w$-]{1,39})\\{0,3}["'`]?\s*[:=]\s*\\{0,3}["'`]?$/.exec(before)?.[1];
  return { ...trace, ...(member !== undefined && isName(member) && { member }) };
}

/** A name is made of words; what is not may be a secret itself. */
function isName(member: string): boolean {
  return !/\d{3}|^(?:[rs]k|whsec|ak|mt|oat)_/.test(member);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
