import { isRecord } from '../is-record.ts';
import { body } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** Levels of JSON that are read; real data has a few dozen, and whoever walks it goes a step down the stack for each. */
const MAX_DEPTH = 1000;

/** Text as JSON; undefined when it is none, or is nested too deep for any purpose. */
export function parseJson(text: string): unknown {
  try {
    return isTooDeep(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '"') inString = !inString;
    else if (!inString && (char === '[' || char === '{')) depth += 1;
    else if (!inString && (char === ']' || char === '}')) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** The body of an answer as JSON; undefined when it is none. */
export function jsonOf(exchange: Exchange): unknown {
  return parseJson(body(exchange));
}

/** The value at a path into JSON; undefined where it leads nowhere. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}
