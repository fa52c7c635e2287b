import { basename } from 'node:path';
import { styleText } from 'node:util';
import type { CheckResult, Status, Verdict } from '../result.ts';
import { byArea, changeTally, failing, instance } from './digest.ts';
import { failureMessage } from './message.ts';
import { oneLine, printable } from './printable.ts';
import type { Report } from './report.ts';
import { isAboutFailures } from './verdict.ts';

type Colour = Extract<Parameters<typeof styleText>[0], string>;

/** Gives text a colour, or not. */
export type Paint = (colour: Colour, text: string) => string;

/** Colours by Playwright's own rules: NO_COLOR (https://no-color.org), then FORCE_COLOR, then whether it is a terminal. */
export function painter(
  stream: { isTTY?: boolean },
  { NO_COLOR: refused, FORCE_COLOR: forced }: NodeJS.ProcessEnv,
): Paint {
  const off = (refused !== undefined && refused !== '') || forced === '0' || forced === 'false';
  const on = (forced !== undefined && forced !== '') || stream.isTTY === true;
  return on && !off ? (colour, text) => styleText(colour, text, { validateStream: false }) : (_colour, text) => text;
}

const TAGS: Readonly<Record<Status, readonly [tag: string, colour: Colour]>> = {
  pass: ['[PASS]', 'green'],
  fail: ['[FAIL]', 'red'],
  waived: ['[WAIVED]', 'yellow'],
  attested: ['[ATTESTED]', 'cyan'],
  'not-verified': ['[NOT VERIFIED]', 'yellow'],
  'not-applicable': ['[N/A]', 'gray'],
};

const VERDICT_COLOURS: Readonly<Record<Verdict, Colour>> = { READY: 'green', INCOMPLETE: 'yellow', 'NOT READY': 'red' };

/** Checks that were not selected are named up to this number; `report.json` names them all. */
const MOST_NAMED = 12;

/** What the console needs besides the report. */
export interface Rendering {
  readonly paint: Paint;
  /** Where the report was written, `report.json` first; empty when it could not be. */
  readonly paths: readonly string[];
  /** Ids that were not selected; they are named together, not one a line. */
  readonly unselected: ReadonlySet<string>;
}

/** The report as text: what was asked, the checklist by area, failures last and in full, the result in the last line. */
export function renderReport(report: Report, { paint, paths, unselected }: Rendering): string {
  const shown = report.checks.filter(({ id }) => !unselected.has(id));
  const failed = failing({ ...report, checks: shown });
  const sections = [
    header(report, paint),
    changes(report, 'regressions', 'Regressions', paint),
    changes(report, 'lost', 'No longer proven', paint),
    ...byArea(shown).map(([area, checks]) =>
      [paint('bold', oneLine(area)), ...checks.flatMap((check) => checkLines(check, paint))].join('\n'),
    ),
    ...(failed.length > 0 ? [[paint('bold', 'Failures'), ...failed.map(failure)].join('\n\n')] : []),
    removable(shown),
    footer(report, paths, unselected),
    resultLine(report, paint),
  ];
  return `\n${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function header({ tool, target, startedAt }: Report, paint: Paint): string {
  return [
    paint('bold', `${tool.name} ${tool.version}: ${oneLine(target.name)}`),
    `  Target    ${oneLine(target.baseURL ?? 'none')}`,
    `  Profile   ${target.profile}, ${target.mode}`,
    `  Instance  ${oneLine(instance(target))}`,
    `  Started   ${startedAt}`,
  ].join('\n');
}

/** What passed in the earlier report and does not now: the first thing to know. */
function changes({ comparison }: Report, group: 'regressions' | 'lost', words: string, paint: Paint): string {
  if (!comparison || comparison[group].length === 0) return '';
  return [
    paint('bold', `${words} since ${comparison.previous.startedAt}`),
    ...comparison[group].map(({ id, title, to = 'fail' }) => {
      const [tag, colour] = TAGS[to];
      return `  ${paint(colour, tag)} ${oneLine(`${id}: ${title}`)}`;
    }),
  ].join('\n');
}

function checkLines({ status, title, reason, findings }: CheckResult, paint: Paint): string[] {
  const [tag, colour] = TAGS[status];
  const line = `  ${paint(colour, tag)} ${oneLine(title)}: ${oneLine(reason)}`;
  // A failing check shows its warnings with its errors, in full.
  const warnings = status === 'fail' ? [] : findings.filter(({ level }) => level === 'warning');
  return [
    line,
    ...warnings.map(
      ({ subject, message, fix }) =>
        `    ${paint('yellow', '[WARN]')} ${oneLine(`${subject}: ${message}`)} ${paint('gray', `— ${oneLine(fix)}`)}`,
    ),
  ];
}

function failure(check: CheckResult): string {
  return check.findings.length > 0
    ? failureMessage(check, check.findings)
    : `${oneLine(`${check.id} (${check.severity}): ${check.title}`)}\n\n  ${printable(check.reason)}`;
}

function removable(checks: readonly CheckResult[]): string {
  const waived = checks.filter(({ waiver }) => waiver?.state === 'removable');
  return waived.length === 0 ? '' : `These checks pass, remove their waivers: ${waived.map(({ id }) => id).join(', ')}`;
}

function footer(
  { counts, durationMs, requests, checks, comparison }: Report,
  paths: Rendering['paths'],
  unselected: ReadonlySet<string>,
): string {
  const words = { ...counts, 'not-verified': counts['not-verified'] - unselected.size };
  const tally = [
    ...Object.entries(words).flatMap(([status, count]) => (count > 0 ? [`${count} ${status.replace('-', ' ')}`] : [])),
    ...(unselected.size > 0 ? [`${unselected.size} not selected`] : []),
  ];
  return [
    `${checks.length} checks: ${tally.join(', ')} (${requests} requests, ${(durationMs / 1000).toFixed(1)} s)`,
    ...(unselected.size > 0 && unselected.size <= MOST_NAMED
      ? [`Not selected in this run: ${[...unselected].join(', ')}`]
      : []),
    ...(comparison ? [`Since ${comparison.previous.startedAt}: ${changeTally(comparison)}`] : []),
    ...(paths.length > 0
      ? [`Report: ${paths.map((path, index) => (index > 0 ? basename(path) : path)).join(', ')}`]
      : []),
  ].join('\n');
}

/** The last line: what to do, in a sentence. */
function resultLine({ verdict, verdictReason, target }: Report, paint: Paint): string {
  const text = {
    READY: `READY for ${target.profile}`,
    INCOMPLETE: `INCOMPLETE: ${oneLine(verdictReason)}`,
    'NOT READY': `NOT READY: ${isAboutFailures(verdictReason) ? 'fix failing checks' : oneLine(verdictReason)}`,
  }[verdict];
  return `Result: ${paint(VERDICT_COLOURS[verdict], text)}`;
}
