import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from './report.ts';

/** Name of the report in its folder. */
export const REPORT_FILE = 'report.json';

/** Characters that JSON leaves as they are and that a terminal would obey. */
const UNESCAPED = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The report as JSON text that is safe to show on a terminal. */
export function reportText(report: Report): string {
  const escaped = JSON.stringify(report, null, 2).replace(
    UNESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}

/**
 * Writes `report.json`, readable by everyone, all or nothing: a reader never sees half a report.
 * @returns its path
 * @throws Error of the file system, when the folder cannot be written.
 */
export function writeReport(folder: string, report: Report): string {
  const path = join(folder, REPORT_FILE);
  const temporary = `${path}.${process.pid}.tmp`;
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(temporary, reportText(report));
    // A strict umask would keep the report from the CI step that uploads it; it holds no secrets.
    chmodSync(temporary, 0o644);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  return path;
}
