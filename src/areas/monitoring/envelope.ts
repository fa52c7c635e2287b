import { parseJson } from '../../target/json.ts';
import { isRecord } from '../../is-record.ts';

/** Who an error report is about, as far as it says. */
export interface ReportedUser {
  readonly id?: string;
  /** Names of further fields that are filled in: `email`, `ip_address`. */
  readonly fields: readonly string[];
}

/**
 * Reads a Sentry envelope (https://develop.sentry.dev/sdk/data-model/envelopes/): lines of JSON, the header first,
 * then a header and a payload for each item.
 * @returns the user of the event whose text contains the marker; `none` for another envelope; undefined when it is none
 */
export function reportedIn(body: string, marker: string): ReportedUser | 'none' | undefined {
  const [header, ...lines] = body.split('\n');
  if (!isEnvelopeHeader(parseJson(header ?? ''))) return undefined;
  const event = lines
    .map(parseJson)
    .filter(isEvent)
    .find((item) => JSON.stringify(item).includes(marker));
  return event === undefined ? 'none' : userOf(event);
}

function isEnvelopeHeader(header: unknown): boolean {
  return isRecord(header) && ['event_id', 'sent_at', 'dsn', 'sdk', 'trace'].some((key) => key in header);
}

function isEvent(item: unknown): item is Record<string, unknown> {
  return isRecord(item) && ('exception' in item || 'message' in item);
}

function userOf({ user }: Record<string, unknown>): ReportedUser {
  if (!isRecord(user)) return { fields: [] };
  const { id } = user;
  const filled = Object.entries(user).filter(([name, value]) => name !== 'id' && isFilled(value));
  return {
    ...((typeof id === 'string' || typeof id === 'number') && { id: String(id) }),
    fields: filled.map(([name]) => name),
  };
}

function isFilled(value: unknown): boolean {
  return isRecord(value) ? Object.values(value).some(isFilled) : value !== undefined && value !== null && value !== '';
}
