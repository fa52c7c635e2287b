import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportFormat } from '../config/options.ts';
import type { ConfigFile } from './config-file.ts';
import { ctrf } from './ctrf.ts';
import { html } from './html.ts';
import { jsonText } from './json-text.ts';
import { markdown } from './markdown.ts';
import { firstLine } from './printable.ts';
import type { Report } from './report.ts';
import { sarif } from './sarif.ts';

/** Name of the report in its folder. */
export const REPORT_FILE = 'report.json';

const FORMATS: Readonly<
  Record<ReportFormat, { readonly file: string; readonly render: (report: Report, config?: ConfigFile) => string }>
> = {
  html: { file: 'report.html', render: html },
  markdown: { file: 'report.md', render: markdown },
  sarif: { file: 'report.sarif', render: sarif },
  ctrf: { file: 'ctrf.json', render: ctrf },
};

/**
 * Writes `report.json` and the other forms of a report, readable by everyone.
 * @param config what SARIF points to
 * @returns their paths, `report.json` first
 * @throws Error of the file system, when the folder cannot be written.
 */
export function writeReport(
  folder: string,
  report: Report,
  formats: readonly ReportFormat[] = [],
  config?: ConfigFile,
): [json: string, ...others: string[]] {
  mkdirSync(folder, { recursive: true });
  return [
    write(join(folder, REPORT_FILE), jsonText(report)),
    ...formats.map((format) => {
      const { file, render } = FORMATS[format];
      return write(join(folder, file), render(report, config));
    }),
  ];
}

/** Why a report is not there, and what to do. */
export function unwritable(folder: string, failure: unknown): string {
  return `the report could not be written to ${folder} (${firstLine(String(failure))}): set report.dir to a folder that can be written`;
}

/** All or nothing: a reader never sees half a file. */
function write(path: string, text: string): string {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    // A strict umask would keep the report from the CI step that uploads it; it holds no secrets.
    chmodSync(temporary, 0o644);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  return path;
}
