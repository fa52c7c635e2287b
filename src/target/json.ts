import { isRecord } from '../is-record.ts';
import { body } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** The body of an answer as JSON; undefined when it is none. */
export function jsonOf(exchange: Exchange): unknown {
  try {
    return JSON.parse(body(exchange));
  } catch {
    return undefined;
  }
}

/** The value at a path into JSON; undefined where it leads nowhere. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}
