import { appendFile } from 'node:fs/promises';
import type { Settings } from './settings.ts';

/** A health check must answer well before its caller gives up. */
const HEALTH_TIMEOUT_MS = 1500;

const MAX_NAME_LENGTH = 100;

/** The name in the body of a request; undefined where it has none that is right. */
export function projectName(body: unknown): string | undefined {
  const name = field(body, 'name');
  return typeof name === 'string' && name.trim() !== '' && name.length <= MAX_NAME_LENGTH ? name.trim() : undefined;
}

/** Whether the body of a request has a message for us. */
export function isMessage(body: unknown): boolean {
  const message = field(body, 'message');
  return typeof message === 'string' && message.trim() !== '';
}

/** Whether Clerk's Backend API answers our secret key. */
export async function clerkStatus({ apiUrl, secretKey }: Settings): Promise<'pass' | 'fail'> {
  const answer = await fetch(new URL('/v1/jwks', apiUrl), {
    headers: { Authorization: `Bearer ${secretKey}` },
    signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
  }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok ? 'pass' : 'fail';
}

/** Deliveries are retried, and their effect must happen once. */
export class Deliveries {
  readonly #seen = new Set<string>();
  readonly #auditLog: string;

  constructor(auditLog: string) {
    this.#auditLog = auditLog;
  }

  async handle(id: string, event: string): Promise<void> {
    if (!this.#seen.has(id)) await appendFile(this.#auditLog, `${JSON.stringify({ delivery: id, event })}\n`);
    this.#seen.add(id);
  }
}

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.entries(body).find(([key]) => key === name)?.[1]
    : undefined;
}
