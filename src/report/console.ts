import { styleText } from 'node:util';
import type { CheckResult, Status, Verdict } from '../result.ts';
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

/** What the console needs besides the report. */
export interface Rendering {
  readonly paint: Paint;
  /** Where the report was written. */
  readonly path: string;
  /** Ids that were not selected; they are named together, not one a line. */
  readonly unselected: ReadonlySet<string>;
}

/** The report as text: what was asked, the checklist by area, failures last and in full, the result in the last line. */
export function renderReport(report: Report, { paint, path, unselected }: Rendering): string {
  const shown = report.checks.filter(({ id }) => !unselected.has(id));
  const failing = shown.filter(({ status }) => status === 'fail');
  const sections = [
    header(report, paint),
    ...areas(shown).map(([area, checks]) =>
      [paint('bold', area), ...checks.flatMap((check) => checkLines(check, paint))].join('\n'),
    ),
    ...(failing.length > 0 ? [[paint('bold', 'Failures'), ...failing.map(failure)].join('\n\n')] : []),
    removable(shown),
    footer(report, path, unselected),
    resultLine(report, paint),
  ];
  return `\n${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function header({ tool, target, startedAt }: Report, paint: Paint): string {
  const { publishableKeyKind, frontendApi, clerkJsVersion } = target.clerk;
  const instance = [
    publishableKeyKind && (publishableKeyKind === 'live' ? 'production (pk_live)' : 'development (pk_test)'),
    frontendApi,
    clerkJsVersion && `clerk-js ${clerkJsVersion}`,
    target.framework && `on ${target.framework}`,
  ].filter(Boolean);
  return [
    paint('bold', `${tool.name} ${tool.version}: ${oneLine(target.name)}`),
    `  Target    ${oneLine(target.baseURL ?? 'none')}`,
    `  Profile   ${target.profile}, ${target.mode}`,
    `  Instance  ${oneLine(instance.length > 0 ? instance.join(', ') : 'not learned')}`,
    `  Started   ${startedAt}`,
  ].join('\n');
}

/** Checks by area, in the order in which the areas appear. */
function areas(checks: readonly CheckResult[]): Array<[area: string, checks: CheckResult[]]> {
  const byArea = new Map<string, CheckResult[]>();
  for (const check of checks) byArea.set(check.area, [...(byArea.get(check.area) ?? []), check]);
  return [...byArea];
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
    : `${check.id} (${check.severity}): ${check.title}\n\n  ${printable(check.reason)}`;
}

function removable(checks: readonly CheckResult[]): string {
  const waived = checks.filter(({ waiver }) => waiver?.state === 'removable');
  return waived.length === 0 ? '' : `These checks pass, remove their waivers: ${waived.map(({ id }) => id).join(', ')}`;
}

function footer(
  { counts, durationMs, requests, checks }: Report,
  path: string,
  unselected: ReadonlySet<string>,
): string {
  const words = { ...counts, 'not-verified': counts['not-verified'] - unselected.size };
  const tally = [
    ...Object.entries(words).flatMap(([status, count]) => (count > 0 ? [`${count} ${status.replace('-', ' ')}`] : [])),
    ...(unselected.size > 0 ? [`${unselected.size} not selected`] : []),
  ];
  return [
    `${checks.length} checks: ${tally.join(', ')} (${requests} requests, ${(durationMs / 1000).toFixed(1)} s)`,
    ...(unselected.size > 0 && unselected.size < checks.length
      ? [`Not selected in this run: ${[...unselected].join(', ')}`]
      : []),
    `Report: ${path}`,
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
