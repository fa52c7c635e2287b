import { readFileSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { catalogEntry } from '../catalog.ts';
import type { CheckResult } from '../result.ts';

/** A file of the repository. */
interface SourceFile {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** The Playwright configuration, where a reader of a failing check can act: its option, or its waiver. */
export interface ConfigFile extends SourceFile {
  /** The file of waivers that `waive` names. */
  readonly waivers?: SourceFile;
}

/** A line of a file, from 1. */
interface Place {
  readonly path: string;
  readonly line: number;
}

/**
 * The configuration as a file of the repository; undefined when it lies outside or cannot be read.
 * @param waivers absolute path of the file of waivers
 */
export function readConfigFile(
  file: string | undefined,
  root: string,
  waivers: string | undefined,
): ConfigFile | undefined {
  const [config, waived] = [file, waivers].map((path) => readSource(path, root));
  return config && { ...config, ...(waived && { waivers: waived }) };
}

function readSource(file: string | undefined, root: string): SourceFile | undefined {
  if (file === undefined) return undefined;
  const path = relative(root, file);
  if (path.startsWith('..') || isAbsolute(path)) return undefined;
  try {
    return { path: path.replaceAll(sep, '/'), text: readFileSync(file, 'utf8') };
  } catch {
    return undefined;
  }
}

/** Where a check is to be acted on: at its waiver, at the option that it needs, or where our options begin. */
export function placeOf(
  { path, text, waivers }: ConfigFile,
  { id, waiver }: Pick<CheckResult, 'id' | 'waiver'>,
): Place {
  const quoted = new RegExp(`['"\`]${id.replaceAll('/', '\\/')}['"\`]`);
  const waived = waiver && waivers && lineWith(waivers.text, quoted);
  if (waived !== undefined && waivers) return { path: waivers.path, line: waived };
  const options = (catalogEntry(id)?.needs ?? []).map((need) => need.replace(/[.?].*$/, ''));
  const patterns = [
    ...(waiver ? [quoted] : []),
    ...[...options, 'baseURL'].map((option) => new RegExp(`\\b${option}['"]?\\s*:`)),
    /\b(?:defineReadinessConfig|readinessProjects)\s*\(/,
  ];
  const lines = patterns.map((pattern) => lineWith(text, pattern));
  return { path, line: lines.find((line) => line !== undefined) ?? 1 };
}

/** The first line that is no comment and matches, from 1. */
function lineWith(text: string, pattern: RegExp): number | undefined {
  const index = text.split('\n').findIndex((line) => pattern.test(line) && !/^\s*(?:\/\/|\*|\/\*)/.test(line));
  return index < 0 ? undefined : index + 1;
}
