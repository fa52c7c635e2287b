import type { CheckResult, Finding, Status, Verdict } from '../result.ts';
import {
  areaTitle,
  byArea,
  changeGroups,
  changeTally,
  day,
  failing,
  instance,
  moment,
  safeUrl,
  STATUS_WORDS,
} from './digest.ts';
import { oneLine, printable } from './printable.ts';
import type { Report } from './report.ts';

const STATUS_SIGNS: Readonly<Record<Status, string>> = {
  pass: '✅',
  fail: '❌',
  waived: '🟡',
  attested: '📝',
  'not-verified': '❔',
  'not-applicable': '➖',
};
const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = { READY: '✅', INCOMPLETE: '❔', 'NOT READY': '❌' };

/** Bounds that keep a job summary under GitHub's 1 MiB; the rest stands in report.json. */
const MAX_CHECKS = 20;
const MAX_FINDINGS = 5;
const MAX_TEXT = 600;
const MAX_CURL = 1500;

/** The report as GitHub Flavored Markdown, for a job summary or a pull request. */
export function markdown(report: Report): string {
  const { verdict, verdictReason, target, comparison } = report;
  const sections = [
    `## ${VERDICT_SIGNS[verdict]} ${verdict}: ${text(target.baseURL ?? target.name)}`,
    text(verdictReason),
    // What got worse is said before anything else.
    ...(comparison ? [changes(comparison)] : []),
    counts(report),
    ...failures(report),
    ...warnings(report),
    checklist(report),
    ...waivers(report),
    facts(report),
  ];
  return `${sections.join('\n\n')}\n`;
}

function counts({ counts: byStatus }: Report): string {
  const statuses = Object.entries(STATUS_WORDS) as Array<[Status, string]>;
  return table(
    statuses.map(([status, words]) => `${STATUS_SIGNS[status]} ${words}`),
    [statuses.map(([status]) => String(byStatus[status]))],
  );
}

function changes(comparison: NonNullable<Report['comparison']>): string {
  const { previous } = comparison;
  const since = `the run of ${moment(previous.startedAt)} (${previous.verdict})`;
  const groups = changeGroups(comparison).map(({ words, changes }) =>
    [
      `**${words}**`,
      '',
      ...changes.slice(0, MAX_CHECKS).map(({ id, title }) => `- ${code(id)} ${text(title)}`),
      ...more(changes.length - MAX_CHECKS),
    ].join('\n'),
  );
  return [`### Since ${since}: ${changeTally(comparison)}`, ...groups].join('\n\n');
}

function failures(report: Report): string[] {
  const checks = failing(report);
  if (checks.length === 0) return [];
  return [
    '### Failures',
    ...checks
      .slice(0, MAX_CHECKS)
      .map((check) =>
        [
          `<details><summary>❌ <b>${html(check.title)}</b> (${html(check.severity)}): ${html(shorten(check.reason))}</summary>`,
          code(check.id),
          ...check.findings.slice(0, MAX_FINDINGS).map(finding),
          ...more(check.findings.length - MAX_FINDINGS),
          '</details>',
        ].join('\n\n'),
      ),
    ...more(checks.length - MAX_CHECKS),
  ];
}

function finding({ level, subject, message, expected, cause, fix, docs, response, curl }: Finding): string {
  const rows = [
    ['Expected', expected],
    ['Received', response && `${response.status}`],
    ['Cause', cause],
    ['Fix', fix],
  ].flatMap(([label, value]) => (value ? [`- **${label}:** ${text(value)}`] : []));
  const url = safeUrl(docs);
  return [
    `**${level === 'warning' ? 'Warning: ' : ''}${text(subject)}**: ${text(message)}`,
    [...rows, ...(url === undefined ? [] : [`- **Docs:** <${url.replaceAll('>', '%3E')}>`])].join('\n'),
    ...(curl !== undefined && curl.length <= MAX_CURL ? [fence(curl)] : []),
  ].join('\n\n');
}

/** Warnings of checks that do not fail. */
function warnings({ checks }: Report): string[] {
  const told = checks
    .filter(({ status }) => status !== 'fail')
    .flatMap(({ id, findings }) => findings.filter(({ level }) => level === 'warning').map((one) => ({ id, ...one })));
  if (told.length === 0) return [];
  return [
    [
      `### Warnings`,
      '',
      ...told
        .slice(0, MAX_CHECKS)
        .map(({ id, subject, message, fix }) => `- ${code(id)} ${text(`${subject}: ${message}`)} ${text(fix)}`),
      ...more(told.length - MAX_CHECKS),
    ].join('\n'),
  ];
}

function checklist({ checks }: Report): string {
  const areas = byArea(checks).map(([area, members]) =>
    [
      `#### ${text(areaTitle(area))}`,
      table(
        ['Status', 'Check', 'Reason'],
        members.map(({ status, title, reason }) => [
          `${STATUS_SIGNS[status]} ${STATUS_WORDS[status]}`,
          text(title),
          text(reason),
        ]),
      ),
    ].join('\n\n'),
  );
  return ['<details><summary>The whole checklist</summary>', ...areas, '</details>'].join('\n\n');
}

function waivers({ checks }: Report): string[] {
  const told = checks.filter(({ waiver, attestation }) => waiver ?? attestation);
  if (told.length === 0) return [];
  return ['### Waivers and attestations', table(['Check', 'What', 'Holds'], told.flatMap(waiverRows))];
}

function waiverRows({ id, waiver, attestation }: CheckResult): string[][] {
  return [
    ...(waiver
      ? [[code(id), `Waived: ${text(waiver.reason)}`, `until ${text(day(waiver.until))} (${waiver.state})`]]
      : []),
    ...(attestation
      ? [
          [
            code(id),
            `Attested by ${text(attestation.by)} on ${text(day(attestation.on))}: ${text(attestation.evidence)}`,
            `${attestation.until === undefined ? 'for 90 days' : `until ${text(day(attestation.until))}`} (${attestation.state})`,
          ],
        ]
      : []),
  ];
}

function facts({ tool, target, startedAt, durationMs, requests }: Report): string {
  return `<sub>${text(`${tool.name} ${tool.version}; target ${target.name}, ${target.profile}, ${target.mode}; instance ${instance(target)}; ${moment(startedAt)}, ${requests} requests, ${(durationMs / 1000).toFixed(1)} s`)}</sub>`;
}

/** A table; its cells are Markdown already. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function more(rest: number): string[] {
  return rest > 0 ? [`… and ${rest} more in report.json`] : [];
}

/** A space without width: GitHub looks for people and issues after Markdown is done. */
const APART = '&#8203;';

/** What Markdown reads as markup: inside of a line, at its start, and in the addresses that GitHub links by itself. */
const MARKUP = /[\\`*_[\]<>&|~]|^[-+=#]|(?<=^\d{1,9})[.)]|:(?=\/\/)|(?<=www)\./gi;

/** Text that Markdown shows as it is, on one line: no markup, no HTML, no link, no mention, no reference. */
function text(value: string): string {
  return shorten(value)
    .replace(MARKUP, '\\$&')
    .replace(/[@#]/g, (sign) => sign + APART);
}

/** The same inside of a block of HTML, where Markdown is not read. */
function html(value: string): string {
  return shorten(value).replace(/[<>&"'@#]/g, (character) =>
    character === '@' || character === '#' ? character + APART : `&#${character.charCodeAt(0)};`,
  );
}

function shorten(value: string): string {
  const line = oneLine(value);
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}

function code(value: string): string {
  return fenced('`', oneLine(value).replaceAll('|', '/'), ' ');
}

function fence(value: string): string {
  const shown = printable(value);
  const marks = '`'.repeat(Math.max(3, longest(shown) + 1));
  return `${marks}sh\n${shown}\n${marks}`;
}

function fenced(mark: string, value: string, space: string): string {
  const marks = mark.repeat(longest(value) + 1);
  const gap = value.startsWith(mark) || value.endsWith(mark) ? space : '';
  return marks + gap + value + gap + marks;
}

/** Length of the longest run of backticks, which a fence must exceed. */
function longest(value: string): number {
  return Math.max(0, ...[...value.matchAll(/`+/g)].map(([run]) => run.length));
}
