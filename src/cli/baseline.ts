import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readWaivers } from '../config/waivers.ts';
import { oneLine } from '../report/printable.ts';
import type { Report } from '../report/report.ts';
import { today } from '../settle.ts';
import { count } from '../text.ts';
import { isRecord } from '../is-record.ts';
import { confirm } from './ask.ts';
import { baselineOf, refusal } from './baseline/waivers.ts';
import type { Baseline } from './baseline/waivers.ts';
import { parseFlags } from './flags.ts';
import { UsageError } from './usage-error.ts';

export const usage = `clerk-readiness baseline [flags]

Waives every check that fails in the last report, until a date, so that only what is new stops the team. Waivers that
still hold are kept, those of checks that pass now are dropped.

  --report <file>  Default: readiness-report/report.json
  --file <file>    Where the waivers are; default: readiness-waivers.json
  --days <number>  How long new waivers hold; default 30, at most 90
  --reason <text>  Default: baseline of <today>
  --yes            Write without asking
  --dry-run        Only say what would change

Exit codes: 0 done, or nothing to do; 2 a mistake in the call, or a report that is none of a whole run.
`;

const MAX_DAYS = 90;
const DAY_MS = 86_400_000;

/** Writes waivers for today's failures. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseFlags('baseline', args, {
    report: { type: 'string', default: 'readiness-report/report.json' },
    file: { type: 'string', default: 'readiness-waivers.json' },
    days: { type: 'string', default: '30' },
    reason: { type: 'string' },
    yes: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
  });
  const day = today();
  const until = today(new Date(Date.now() + days(values.days) * DAY_MS));
  const reason = values.reason ?? `baseline of ${day}`;
  if (reason.trim() === '') throw new UsageError('--reason must not be empty');
  const report = readReport(values.report);
  const existing = existsSync(values.file) ? readWaivers(values.file) : {};
  const baseline = baselineOf(report, existing, { reason, until }, day);
  print(summary(baseline, existing, { ...values, until }));
  if (values['dry-run']) return 0;
  if (changes(baseline) > 0) {
    if (!values.yes && !(await confirm(`Write ${values.file}?`))) {
      print('Nothing was written.');
      return 0;
    }
    writeFileSync(values.file, `${JSON.stringify(baseline.waivers, null, 2)}\n`);
    print(`Written: ${values.file}`);
  }
  if (Object.keys(baseline.waivers).length > 0 && !isNamed(basename(values.file)))
    print(`Name it in the options of your configuration:\n\n  waive: '${asPath(values.file)}',\n`);
  return 0;
}

function days(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > MAX_DAYS)
    throw new UsageError(`--days must be a whole number from 1 to ${MAX_DAYS}; got "${text}"`);
  return number;
}

function readReport(file: string): Report {
  if (!existsSync(file))
    throw new UsageError(
      `there is no report at ${file}: run "npx clerk-readiness check <url>" first, or name it with --report`,
    );
  const report = parsed(file);
  const reason = refusal(report);
  if (reason !== undefined)
    throw new UsageError(`${file} is not of a whole run, so nothing can be waived by it: ${oneLine(reason)}`);
  return report;
}

function parsed(file: string): Report {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch (failure) {
    throw new UsageError(`${file} is not JSON: ${(failure as Error).message}`, { cause: failure });
  }
  if (!isRecord(report) || report['schemaVersion'] !== 1 || !Array.isArray(report['checks']))
    throw new UsageError(`${file} is no report of this version of clerk-readiness`);
  return report as unknown as Report;
}

function summary(
  { added, renewed, kept, dropped, expired }: Baseline,
  existing: Readonly<Record<string, { until: string }>>,
  { until, file }: { until: string; file: string },
): string {
  const untilOf = (id: string) => existing[id]?.until ?? '';
  const lines = [
    ...added.map((id) => `  + ${id}, until ${until}`),
    ...renewed.map((id) => `  + ${id}, until ${until}: its waiver ended on ${untilOf(id)}, and it still fails`),
    ...kept.map((id) => `    ${id}, until ${untilOf(id)}: kept`),
    ...dropped.map((id) => `  - ${id}: it passes now`),
    ...expired.map((id) => `  - ${id}: its waiver ended on ${untilOf(id)}`),
  ];
  const news = added.length + renewed.length;
  return [`${file}: ${news === 0 ? 'no new waiver' : count(news, 'new waiver')}`, ...lines].join('\n');
}

function changes({ added, renewed, dropped, expired }: Baseline): number {
  return added.length + renewed.length + dropped.length + expired.length;
}

/** Whether a configuration of the working directory names the file. */
function isNamed(file: string): boolean {
  return readdirSync('.')
    .filter((name) => /\.config\.[cm]?[jt]s$/.test(name))
    .some((name) => readFileSync(name, 'utf8').includes(file));
}

/** Relative paths of the options begin with `./`, as in imports. */
function asPath(file: string): string {
  return /^\.{0,2}[\\/]|^[a-z]:/i.test(file) ? file : `./${file}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
