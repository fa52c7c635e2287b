/**
 * Seconds that a Retry-After asks for; undefined when it is neither whole seconds nor a date (RFC 9110 section 10.2.3).
 * @param date the Date header of the same answer, without which a date in Retry-After is taken to be sane
 */
export function secondsOf(value: string, date: string | undefined): number | undefined {
  if (/^\d+$/.test(value.trim())) return Number(value);
  const until = /[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const now = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(now) ? 0 : Math.round((until - now) / 1000);
}
