import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ReadinessConfigError } from './error.ts';
import { validateWaivers } from './validate.ts';
import type { Waiver } from '../result.ts';

/**
 * Reads a file of waivers, `{ "<check id>": { "reason", "until" } }`, as `clerk-readiness baseline` writes it.
 * @param path relative to the working directory
 * @throws ReadinessConfigError naming the file, the field and the fix.
 */
export function readWaivers(path: string): Record<string, Waiver> {
  const file = resolve(path);
  if (!existsSync(file))
    throw new ReadinessConfigError(
      `waive names ${path}, but there is no ${file}: correct the path, or write the file with "npx clerk-readiness baseline"`,
    );
  return validateWaivers(parse(path, file), path);
}

function parse(path: string, file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (failure) {
    throw new ReadinessConfigError(`waive names ${path}, which cannot be read: ${(failure as Error).message}`);
  }
  try {
    // An editor on Windows may have put a byte order mark in front.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (failure) {
    throw new ReadinessConfigError(
      `waive names ${path}, which is not JSON (${(failure as Error).message}): correct it, or write it again with "npx clerk-readiness baseline"`,
    );
  }
}
