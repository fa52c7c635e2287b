import { body } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { payloadOf } from '../../target/payload.ts';
import { isRecord } from '../../is-record.ts';

/** What of a backend object an answer holds. */
export interface UserFields {
  /** Members that only the backend's objects have: `privateMetadata`, `_raw`. */
  readonly fields: readonly string[];
  /** Where they stand in the JSON: `user.privateMetadata`. */
  readonly at: string;
}

const PRIVATE = ['privateMetadata', 'private_metadata'];

/** Flags of the backend's `User` (`@clerk/backend` api/resources/User.ts); an app may well have one of these names itself. */
const FLAGS = ['passwordEnabled', 'totpEnabled', 'backupCodeEnabled'];

/** State that Clerk's SDKs hand to the browser themselves: the user in it is the visitor's own, without private metadata. */
const CLERK_STATE = new Set(['__clerk_ssr_state', 'initialState']);

/** Private members in the script of a page that is no JSON as a whole; a name in code has no quotes. */
const QUOTED_MEMBER = /\\*"(privateMetadata|private_metadata)\\*"\s*:/;

/** React Router and Remix stream names and values as separate strings. */
const STREAMED_MEMBER = /streamController\.enqueue\([\s\S]*\\"(privateMetadata|private_metadata)\\"/;

/** Scripts in which SvelteKit and TanStack Start write data as code, whose names have no quotes. */
const WRITTEN_DATA = /\b__sveltekit_|\$_TSR\b/;

/** Levels of JSON that are looked through. */
const MAX_DEPTH = 60;

/** Backend user fields in the JSON that an answer carries; identifiers in code and samples in text do not count. */
export function userFieldsIn(exchange: Exchange): UserFields[] {
  const text = body(exchange);
  if (![...PRIVATE, ...FLAGS, '_raw'].some((name) => text.includes(name))) return [];
  const found: UserFields[] = [];
  const { values, code } = payloadOf(exchange);
  for (const value of values) search(value, [], found);
  if (found.length > 0) return found;
  const member = code.map(memberIn).find((name) => name !== undefined);
  return member === undefined ? [] : [{ fields: [member], at: 'an inline script' }];
}

function memberIn(script: string): string | undefined {
  const quoted = QUOTED_MEMBER.exec(script) ?? STREAMED_MEMBER.exec(script);
  if (quoted || !WRITTEN_DATA.test(script)) return quoted?.[1];
  const withoutTexts = script.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return /\b(privateMetadata|private_metadata):/.exec(withoutTexts)?.[1];
}

function search(value: unknown, path: readonly string[], found: UserFields[]): void {
  if (path.length > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) search(item, [...path, String(index)], found);
    return;
  }
  if (!isRecord(value)) return;
  const fields = backendFields(value, path);
  if (fields.length > 0) {
    found.push({ fields, at: name(path) });
    return;
  }
  for (const [key, inner] of Object.entries(value)) search(inner, [...path, key], found);
}

function backendFields(object: Readonly<Record<string, unknown>>, path: readonly string[]): string[] {
  // RSC writes what is undefined as a word.
  const has = (key: string) => key in object && object[key] !== '$undefined';
  const own = PRIVATE.filter(has);
  if (path.some((key) => CLERK_STATE.has(key))) return own;
  const isUser = typeof object['id'] === 'string' && object['id'].startsWith('user_');
  const raw = isRecord(object['_raw']) && ('object' in object['_raw'] || isUser) ? ['_raw'] : [];
  const flags = FLAGS.filter(has);
  return [...own, ...raw, ...(isUser && flags.length > 1 ? flags : [])];
}

/** The last names of a path; positions in arrays are left out. */
function name(path: readonly string[]): string {
  return (
    path
      .filter((key) => !/^\d+$/.test(key))
      .slice(-3)
      .join('.') || 'the answer itself'
  );
}
