import { readFileSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { catalogEntry } from '../catalog.ts';
import type { CheckResult } from '../result.ts';

/** The Playwright configuration, where a reader of a failing check can act: its option, or its waiver. */
export interface ConfigFile {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** The configuration as a file of the repository; undefined when it lies outside or cannot be read. */
export function readConfigFile(file: string | undefined, root: string): ConfigFile | undefined {
  if (file === undefined) return undefined;
  const path = relative(root, file);
  if (path.startsWith('..') || isAbsolute(path)) return undefined;
  try {
    return { path: path.replaceAll(sep, '/'), text: readFileSync(file, 'utf8') };
  } catch {
    return undefined;
  }
}

/** Line of the configuration that a check is about, from 1: its waiver, the option that it needs, or where our options begin. */
export function lineOf({ text }: ConfigFile, { id, waiver }: Pick<CheckResult, 'id' | 'waiver'>): number {
  const options = (catalogEntry(id)?.needs ?? []).map((need) => need.replace(/[.?].*$/, ''));
  const patterns = [
    ...(waiver ? [new RegExp(`['"\`]${id.replaceAll('/', '\\/')}['"\`]`)] : []),
    ...[...options, 'baseURL'].map((option) => new RegExp(`\\b${option}['"]?\\s*:`)),
    /\b(?:defineReadinessConfig|readinessProjects)\s*\(/,
  ];
  const lines = text.split('\n');
  for (const pattern of patterns) {
    const index = lines.findIndex((line) => pattern.test(line) && !/^\s*(?:\/\/|\*|\/\*)/.test(line));
    if (index >= 0) return index + 1;
  }
  return 1;
}
