import { isRecord } from '../is-record.ts';
import { body } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** Text as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body of an answer as JSON; undefined when it is none. */
export function jsonOf(exchange: Exchange): unknown {
  return parseJson(body(exchange));
}

/** The value at a path into JSON; undefined where it leads nowhere. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}
