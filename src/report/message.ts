import { CATALOG } from '../catalog.ts';
import type { CatalogEntry } from '../catalog.ts';
import type { Finding } from '../result.ts';
import type { HeaderList } from '../target/exchange.ts';
import { oneLine, printable } from './printable.ts';
import { CHECK_RUN } from './record.ts';

/** Findings printed in full; the rest is counted and stands in the report. */
const MAX_FINDINGS = 5;

/**
 * The message of a failing check. It must stand alone: failures inside node_modules show no code frame.
 * It is safe to print: no text of the target reaches the terminal with control characters.
 * Each finding says what was sent, expected and received, the likely cause, the fix and a curl command; the last line
 * runs the check alone.
 */
export function failureMessage(
  entry: Pick<CatalogEntry, 'id' | 'title' | 'severity'>,
  findings: readonly Finding[],
): string {
  const shown = findings.slice(0, MAX_FINDINGS);
  const rest = findings.length - shown.length;
  return [
    oneLine(`${entry.id} (${entry.severity}): ${entry.title}`),
    ...shown.map((finding, index) => describeFinding(finding, index + 1)),
    ...(rest > 0 ? [`  … and ${rest} more; see report.json`] : []),
    oneLine(`  Run it alone: ${runAlone(entry.id)}`),
  ].join('\n\n');
}

/** The command that runs one check. Its id is the last tag: where the id of another one begins with it, `$` tells them apart. */
export function runAlone(id: string): string {
  const end = CATALOG.some((other) => other.id.startsWith(`${id}-`)) ? '$' : '';
  return `${CHECK_RUN in process.env ? 'the same command with' : 'npx playwright test'} --grep @${id}${end}`;
}

/** One finding as indented text. */
export function describeFinding(finding: Finding, number: number): string {
  const { level, subject, message, expected, cause, fix, docs, request, response, curl } = finding;
  const rows: Array<readonly [label: string, text: string | undefined]> = [
    ['sent', request && `${request.method} ${request.url}${headersText(request.headers)}`],
    ['expected', expected],
    [
      'received',
      response &&
        `${response.status}${headersText(response.headers, RESPONSE_HEADERS)}${excerpt(response.bodyExcerpt)}`,
    ],
    ['cause', cause],
    ['fix', fix],
    ['docs', docs],
    ['curl', curl],
  ];
  const lines = rows.flatMap(([label, text]) =>
    text === undefined || text === '' ? [] : [`     ${label.padEnd(9)}${indented(text, 14)}`],
  );
  return printable(
    [`  ${number}. ${level === 'warning' ? 'warning: ' : ''}${subject}: ${indented(message, 5)}`, ...lines].join('\n'),
  );
}

/** Further lines are indented as well, so that no text can pose as a line of the report. */
function indented(text: string, column: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(column)}`);
}

/** Response headers that explain a verdict; the others stand in the report. */
const RESPONSE_HEADERS =
  /^(location|content-type|cache-control|content-security-policy.*|access-control-.*|vary|x-clerk-auth-.*|www-authenticate|retry-after|strict-transport-security|x-frame-options|x-content-type-options|referrer-policy|x-powered-by)$/i;
const REQUEST_NOISE = /^(user-agent|accept-encoding)$/i;
const MAX_VALUE = 200;

function headersText(headers: HeaderList, wanted?: RegExp): string {
  const shown = headers.filter(([name]) => (wanted ? wanted.test(name) : !REQUEST_NOISE.test(name)));
  return shown.map(([name, value]) => `; ${name}: ${shorten(value)}`).join('');
}

function excerpt(text: string): string {
  const folded = text.replace(/\s+/g, ' ').trim();
  return folded === '' ? '' : `; body: ${shorten(folded)}`;
}

function shorten(text: string): string {
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}
