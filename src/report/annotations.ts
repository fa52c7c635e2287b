import { placeOf } from './config-file.ts';
import type { ConfigFile } from './config-file.ts';
import { failing } from './digest.ts';
import { oneLine } from './printable.ts';
import type { Report } from './report.ts';
import { isAboutFailures } from './verdict.ts';

/** Annotations that GitHub shows of one step; the summary names the rest. */
const MAX_ANNOTATIONS = 10;

/**
 * Workflow commands by which GitHub Actions marks the configuration, on the waiver or the option of each failing check.
 * Every value is escaped, so that no text of a target becomes a command.
 */
export function annotations(report: Report, config: ConfigFile | undefined): string {
  const regressed = new Set(report.comparison?.regressions.map(({ id }) => id));
  const lines = [
    ...(report.verdict === 'NOT READY' && !isAboutFailures(report.verdictReason)
      ? [command(`NOT READY: ${report.target.name}`, report.verdictReason)]
      : []),
    ...failing(report).map((check) => {
      const fix = check.findings.find(({ level }) => level === 'error')?.fix;
      const expired = check.waiver?.state === 'expired' ? `The waiver expired on ${check.waiver.until}. ` : '';
      return command(
        `${regressed.has(check.id) ? 'Regression: ' : ''}${check.id} (${check.severity})`,
        `${check.title}: ${check.reason}. ${expired}${fix === undefined ? '' : `Fix: ${fix}`}`,
        config && placeOf(config, check),
      );
    }),
  ];
  return lines.slice(0, MAX_ANNOTATIONS).join('\n');
}

function command(title: string, message: string, at?: { path: string; line: number }): string {
  const properties = [
    ...(at ? [`file=${property(at.path)}`, `line=${at.line}`] : []),
    `title=${property(oneLine(title))}`,
  ];
  return `::error ${properties.join(',')}::${data(oneLine(message))}`;
}

/** https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
