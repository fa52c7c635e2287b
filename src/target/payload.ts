import { parseJson } from './json.ts';
import { body, header, isHtml } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { elements } from './html.ts';

/** Text that a server component streams as it is: id, length of the text in bytes, and a comma in front. */
const TEXT_ROW = /[0-9a-f]+:T([0-9a-f]+),/y;

/** Any other row: id, a letter or two for its kind, and JSON up to the end of the line. */
const ROW = /[0-9a-f]*:[A-Z]{0,2}([^\n]*)\n?/y;

/** Redaction changes the length of what it replaces. */
const REDACTED = '[redacted';

/** The JSON values of an RSC payload (React Flight); modules, hints and plain text are left out. */
export function rscValues(payload: string): unknown[] {
  const values: unknown[] = [];
  let at = 0;
  while (at < payload.length) {
    TEXT_ROW.lastIndex = at;
    const text = TEXT_ROW.exec(payload);
    if (text) {
      at = endOfText(payload, TEXT_ROW.lastIndex, Number.parseInt(text[1] ?? '0', 16));
      continue;
    }
    ROW.lastIndex = at;
    const row = ROW.exec(payload);
    const end = payload.indexOf('\n', at);
    at = row ? ROW.lastIndex : end === -1 ? payload.length : end + 1;
    const value = row && parseJson(row[1] ?? '');
    if (value !== undefined && value !== null) values.push(value);
  }
  return values;
}

function endOfText(payload: string, start: number, bytes: number): number {
  // A UTF-16 unit takes at least one byte, so this slice is never too short.
  const text = Buffer.from(payload.slice(start, start + bytes))
    .subarray(0, bytes)
    .toString('utf8');
  if (!text.includes(REDACTED)) return start + text.length;
  const next = payload.slice(start).search(/\n[0-9a-f]+:[[{"]/);
  return next === -1 ? payload.length : start + next + 1;
}

/** True for an answer that is an RSC payload. */
function isRsc(exchange: Exchange): boolean {
  return /^\s*text\/x-component/i.test(header(exchange, 'content-type') ?? '');
}

/** What an answer carries besides what it shows. */
export interface Payload {
  /** JSON: the body or its lines, RSC rows, and scripts and attributes of a page that are data. */
  readonly values: readonly unknown[];
  /** Inline scripts of a page that are no JSON as a whole. */
  readonly code: readonly string[];
}

/** A piece of the RSC payload that Next streams into a page. */
const RSC_PUSH = /^\s*\(?self\.__next_f[^[]*(?:\[\]\))?\.push\((\[[\s\S]*\])\);?\s*$/;

/** What stands in front of data that is assigned to a variable: `window.__STATE__ = {…};`. */
const ASSIGNMENT = /^(?:window|self|globalThis)\.\w+\s*=\s*(?=[[{])/;

/** Takes an answer apart. */
export function payloadOf(exchange: Exchange): Payload {
  if (isRsc(exchange)) return { values: rscValues(body(exchange)), code: [] };
  if (!isHtml(exchange)) {
    const whole = parseJson(body(exchange));
    const values = whole === undefined ? body(exchange).split('\n').map(dataOf) : [whole];
    return { values: values.filter((value) => value !== undefined), code: [] };
  }
  const rows: string[] = [];
  const values: unknown[] = [];
  const code: string[] = [];
  for (const { tag, text, attributes } of elements(exchange)) {
    values.push(
      ...Object.values(attributes)
        .map(dataOf)
        .filter((value) => value !== undefined),
    );
    if (tag !== 'script' || attributes['src'] !== undefined) continue;
    const pushed = parseJson(RSC_PUSH.exec(text)?.[1] ?? '');
    const data = dataOf(text);
    if (Array.isArray(pushed)) rows.push(typeof pushed[1] === 'string' ? pushed[1] : '');
    else if (data !== undefined) values.push(data);
    else code.push(text);
  }
  return { values: [...rscValues(rows.join('')), ...values], code };
}

/** The JSON of a text that is data and nothing else. */
function dataOf(text: string): unknown {
  const data = text.trim().replace(/;$/, '').replace(ASSIGNMENT, '');
  return /^[[{]/.test(data) ? parseJson(data) : undefined;
}
