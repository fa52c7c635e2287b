import * as v from 'valibot';
import { ReadinessConfigError } from './error.ts';
import { SCHEMA, WAIVERS } from './schema.ts';
import { didYouMean } from './suggest.ts';
import type { ReadinessOptions } from './options.ts';
import type { Waiver } from '../result.ts';
import { isRecord } from '../is-record.ts';

/**
 * Checks the shape of the options.
 * @throws ReadinessConfigError with one line for each mistake: the field, what it must be, what it is.
 */
export function validate(input: ReadinessOptions): ReadinessOptions {
  const result = v.safeParse(SCHEMA, input);
  if (result.success) return result.output;
  throw invalid('The clerk-readiness options are', result.issues);
}

/**
 * Checks the shape of a file of waivers.
 * @throws ReadinessConfigError with one line for each mistake.
 */
export function validateWaivers(input: unknown, file: string): Record<string, Waiver> {
  // A list passes for a record without entries.
  const waive = Array.isArray(input) ? 'a list' : input;
  const result = v.safeParse(v.object({ waive: WAIVERS }), { waive });
  if (result.success) return result.output.waive;
  throw invalid(`The waivers of ${file} are`, result.issues);
}

function invalid(what: string, issues: readonly Issue[]): ReadinessConfigError {
  const lines = flatten(issues).map((issue) => `  - ${explain(issue)}`);
  return new ReadinessConfigError([`${what} not valid:`, ...new Set(lines)].join('\n'));
}

type Issue = v.BaseIssue<unknown>;

/** Where a value stands in the options, and what is wrong with it. */
interface Mistake {
  readonly keys: readonly unknown[];
  readonly issue: Issue;
}

/** A union reports that no member fits; the member whose type fitted is what the user meant. */
function flatten(issues: readonly Issue[], parents: readonly unknown[] = []): Mistake[] {
  return issues.flatMap((issue) => {
    const keys = [...parents, ...(issue.path ?? []).map(({ key }) => key)];
    const meant = issue.issues?.filter((inner) => (inner.path?.length ?? 0) > 0 || inner.kind === 'validation') ?? [];
    // Paths inside a union start at the union.
    return meant.length > 0 ? flatten(meant, keys) : [{ keys, issue }];
  });
}

function explain({ keys, issue }: Mistake): string {
  const field = fieldName(keys);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return `${field} is not an option${didYouMean(String(keys.at(-1)), siblings(keys))}`;
  }
  if (issue.type === 'strict_object' && issue.input === undefined && keys.length > 0) return `${field} is missing`;
  if (issue.type === 'picklist') {
    const values = namesIn(issue.expected);
    return `${field} must be one of ${values.join(', ')}${got(keys, issue)}${typeof issue.input === 'string' ? didYouMean(issue.input, values) : ''}`;
  }
  if (issue.path?.at(-1)?.origin === 'key') return `${field} ${issue.message}`;
  if (issue.kind === 'validation') return `${field} ${issue.message}${got(keys, issue)}`;
  return `${field} must be ${readable(issue.expected)}${got(keys, issue)}`;
}

/** Fields whose values must not be printed. */
const SECRET = /^(headers\b|clerk\.secretKey|webhook\.secret|session\.user\b)/;
const USER_INFO = /\/\/[^/@"]*@/;

function got(keys: readonly unknown[], { received, input }: Issue): string {
  if (typeof input !== 'string') return `; got ${readable(received)}`;
  return SECRET.test(fieldName(keys)) ? '' : `; got ${received.replace(USER_INFO, '//[redacted]@')}`;
}

const READABLE: Readonly<Record<string, string>> = {
  Object: 'an object',
  Array: 'a list',
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
};

function readable(types: string | null): string {
  const names = (types ?? 'something else').replace(/^\(|\)$/g, '').split(' | ');
  return [...new Set(names.map((name) => READABLE[name] ?? name))].join(' or ');
}

function namesIn(picklist: string | null): string[] {
  return [...(picklist ?? '').matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '');
}

function fieldName(keys: readonly unknown[]): string {
  const path = keys.reduce<string>((parent, key) => {
    if (typeof key === 'number') return `${parent}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${parent}['${name}']`;
    return parent === '' ? name : `${parent}.${name}`;
  }, '');
  return path || 'the options';
}

/** Keys that the object with the unknown key could have had. */
function siblings(keys: readonly unknown[]): string[] {
  let schema: unknown = SCHEMA;
  for (const key of keys.slice(0, -1)) schema = child(schema, key);
  return entryNames(schema);
}

function child(schema: unknown, key: unknown): unknown {
  const node = unwrap(schema);
  if (hasEntries(node)) return node.entries[String(key)];
  if (isRecord(node) && 'options' in node && Array.isArray(node.options)) {
    return node.options.map((option: unknown) => child(option, key)).find((found) => found !== undefined);
  }
  if (isRecord(node) && 'item' in node) return node.item;
  if (isRecord(node) && 'value' in node) return node.value;
  return undefined;
}

function entryNames(schema: unknown): string[] {
  const node = unwrap(schema);
  if (hasEntries(node)) return Object.keys(node.entries);
  if (isRecord(node) && 'options' in node && Array.isArray(node.options)) return node.options.flatMap(entryNames);
  return [];
}

function unwrap(schema: unknown): unknown {
  return isRecord(schema) && 'wrapped' in schema ? unwrap(schema.wrapped) : schema;
}

function hasEntries(node: unknown): node is { entries: Record<string, unknown> } {
  return isRecord(node) && isRecord(node.entries);
}
