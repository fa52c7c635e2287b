import 'server-only';
import { appendFile } from 'node:fs/promises';
import { env } from './env';

/** Keeps what was done, for whoever has to know later. Stands for the app's log or an audit table. */
export async function audit(entry: Readonly<Record<string, string>>): Promise<void> {
  if (env.auditLog === undefined) return;
  await appendFile(env.auditLog, `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
}
