import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Rewrites a file of the project; what is not there to be replaced is a mistake of the defect. */
export async function edit(
  root: string,
  path: string,
  from: string | RegExp,
  to: string | ((found: string) => string),
): Promise<void> {
  const text = await readFile(join(root, path), 'utf8');
  const changed = text.replace(from, typeof to === 'string' ? () => to : to);
  if (changed === text) throw new Error(`${path} has no ${String(from)}`);
  await writeFile(join(root, path), changed);
}
