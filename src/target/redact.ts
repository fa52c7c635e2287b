import type { HeaderList, ResponseRecord } from './exchange.ts';
import { PRIVATE_KEY_LINE, SECRET_KINDS } from './secret-kinds.ts';
import { findSecrets, formsOf } from './secrets.ts';
import type { Secret } from './secrets.ts';

export type { Secret } from './secrets.ts';

/** Shortest value treated as a secret; replacing shorter ones would shred ordinary text. */
const MIN_SECRET_LENGTH = 6;

/** Each pattern has few places to start at or a bound on how far it reaches, because hostile text is megabytes long. */
const PATTERNS: ReadonlyArray<readonly [pattern: RegExp, replacement: string]> = [
  ...SECRET_KINDS.map(({ prefix, character, fewest, isCommon }) => {
    // Half a secret too: a text may be cut in the middle of one.
    const least = isCommon ? fewest : fewest / 2;
    return [new RegExp(`(?<![A-Za-z0-9])(${prefix})${character}{${least},}`, 'g'), '$1[redacted]'] as const;
  }),
  [new RegExp(`(${PRIVATE_KEY_LINE})[^]*?(?=-----END|$)`, 'g'), '$1[redacted]'],
  // A source map inside its script, with whatever its sources hold.
  [/(sourceMappingURL=data:application\/json[^,]{0,40};base64,)[A-Za-z0-9+/=]+/g, '$1[redacted]'],
  // Variables with a secret in their name, as environment files, configurations and health endpoints print them; Clerk's pk_ keys are public.
  [
    /\b([A-Z][A-Z0-9_]{0,60}(?:SECRET|PASSWORD|TOKEN|_KEY|DATABASE_URL|_DSN)[A-Z0-9_]{0,60}\\*["']?\s*[:=]\s*\\*["']?)(?!pk_(?:live|test)_|\[redacted)(?=[^\s"',;}]*\d|[^\s"',;}]{16})[^\s"',;}]{6,}/g,
    '$1[redacted]',
  ],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/]+:)[^\s:@/]+(?=@)/g, '$1[redacted]'],
  [
    /\b((?:__clerk_db_jwt|__clerk_handshake(?:_nonce)?|__clerk_ticket|ticket|__clerk_testing_token|__client|__refresh)(?:_[A-Za-z0-9_-]{8})?=)[^;&\s"']+/g,
    '$1[redacted]',
  ],
];

/** Text of which JWTs are made, from end to end. */
const RUN = /[\w.-]{12,}/g;

/** The beginning of a JSON object in base64url. */
const JWT_START = /\beyJ[\w-]{5}/;

/** Characters that are remembered at most: headers and URLs repeat from request to request, an app's shell and its refusals too. */
const REMEMBERED = { texts: 1 << 19, valuesOfHeader: 1 << 16, bodies: 1 << 23 } as const;

/** Names of headers whose values are remembered at most. */
const MAX_NAMES = 200;

/** A header as it is recorded, and whether it had no secret to begin with. */
interface Recorded {
  readonly pair: HeaderList[number];
  readonly isClean: boolean;
}

/** A body as it is recorded, and what stood in it. */
type RecordedBody = Pick<ResponseRecord, 'body'> & Required<Pick<ResponseRecord, 'secrets'>>;

/** Headers whose whole value is a credential. */
const CREDENTIAL_HEADERS = new Set(['authorization', 'proxy-authorization']);

/** Replaces every secret in text; made once for each run and used where exchanges are recorded. */
export class Redactor {
  readonly #secrets: readonly Secret[];
  readonly #replacements: ReadonlyArray<readonly [from: string, to: string]>;
  readonly #texts = new Remembered<string>(REMEMBERED.texts);
  readonly #headers = new Map<string, Remembered<Recorded>>();
  readonly #bodies = new Remembered<RecordedBody>(REMEMBERED.bodies);

  /** @param secrets values of options; each is also found base64-encoded, URL-encoded and JSON-escaped. */
  constructor(secrets: readonly Secret[]) {
    this.#secrets = secrets;
    this.#replacements = secrets
      .filter(({ value }) => value.length >= MIN_SECRET_LENGTH)
      .flatMap(({ name, value }) => formsOf(value).map(([, from]) => [from, `[redacted:${name}]`] as const))
      .sort(([a], [b]) => b.length - a.length);
  }

  /** Text without the secrets of the options; what only looks like a secret stays. */
  known(text: string): string {
    let out = text;
    for (const [from, to] of this.#replacements) out = out.replaceAll(from, to);
    return out;
  }

  /** Text without secrets. */
  text(text: string): string {
    return this.#texts.get(text, () => this.#withoutSecrets(text));
  }

  #withoutSecrets(text: string): string {
    let out = withoutJwts(this.known(text));
    for (const [pattern, replacement] of PATTERNS) out = out.replace(pattern, replacement);
    return out;
  }

  /** A header without secrets; credential headers keep only their scheme. */
  header(name: string, value: string): HeaderList[number] {
    return this.#header(name, value).pair;
  }

  /** What is recorded of an answer: headers and text without secrets, and the secrets that stood there, told without their values. */
  answer(headers: HeaderList, text: string): Pick<ResponseRecord, 'headers' | 'body' | 'secrets'> {
    const recorded = headers.map(([name, value]) => this.#header(name, value));
    const heads = recorded.every(({ isClean }) => isClean) ? [] : headers.map((pair) => lineOf(...pair));
    const body = this.#bodies.get(text, () => ({
      body: this.#withoutSecrets(text),
      secrets: findSecrets(text, this.#secrets),
    }));
    const secrets = heads.length > 0 ? findSecrets(heads.join('') + text, this.#secrets) : body.secrets;
    return {
      headers: recorded.map(({ pair }) => pair),
      body: body.body,
      ...(secrets.length > 0 && { secrets }),
    };
  }

  #header(name: string, value: string): Recorded {
    // By name and value, because a text of both would have to be made for every look-up.
    let values = this.#headers.get(name);
    if (!values) {
      if (this.#headers.size >= MAX_NAMES) this.#headers.clear();
      this.#headers.set(name, (values = new Remembered(REMEMBERED.valuesOfHeader)));
    }
    return values.get(value, () => ({
      pair: [name, this.#headerValue(name, value)],
      isClean: findSecrets(lineOf(name, value), this.#secrets).length === 0,
    }));
  }

  #headerValue(name: string, value: string): string {
    const redacted = this.#withoutSecrets(value);
    if (!CREDENTIAL_HEADERS.has(name.toLowerCase()) || redacted !== value) return redacted;
    const [scheme, ...rest] = value.split(' ');
    return rest.length > 0 ? `${scheme} [redacted]` : '[redacted]';
  }
}

/** What was made of the last texts. */
class Remembered<T> {
  readonly #made = new Map<string, T>();
  readonly #capacity: number;
  #characters = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What is made of a text, made again only when it was forgotten. */
  get(text: string, make: () => T): T {
    const remembered = this.#made.get(text);
    if (remembered !== undefined) return remembered;
    const made = make();
    this.#characters += text.length;
    if (this.#characters > this.#capacity) {
      this.#made.clear();
      this.#characters = text.length;
    }
    this.#made.set(text, made);
    return made;
  }
}

function lineOf(name: string, value: string): string {
  return `${name}: ${value}\n`;
}

/** One pattern for a whole JWT would read a long run of its characters again from every start. */
function withoutJwts(text: string): string {
  if (!text.includes('eyJ')) return text;
  return text.replace(RUN, (run) => {
    const segments = run.split('.');
    const shown: string[] = [];
    for (let at = 0; at < segments.length; at += 1) {
      const segment = segments[at] ?? '';
      const start = at + 2 < segments.length && (segments[at + 1] ?? '').length > 1 ? segment.search(JWT_START) : -1;
      shown.push(start === -1 ? segment : `${segment.slice(0, start)}[redacted:jwt]`);
      if (start !== -1) at += 2;
    }
    return shown.join('.');
  });
}
