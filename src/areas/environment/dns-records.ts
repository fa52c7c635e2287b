import { error, warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import type { DnsRecord } from '../../target/dns.ts';

/** Clerk's hosts; regional ones and those for mail differ in what stands before. */
const CLERK_HOST = /(^|\.)clerk\.services\.?$/;

/** True when a name leads to Clerk by CNAME. */
export function isRecordInPlace({ cnames }: DnsRecord): boolean {
  return cnames.some((name) => CLERK_HOST.test(name));
}

/**
 * Judges one of Clerk's names.
 * @param answers the Frontend API answered under this name, so that it leads to Clerk in some way
 */
export function judgeRecord(record: DnsRecord, answers: boolean): Finding[] {
  if (record.failure !== undefined || isRecordInPlace(record)) return [];
  const { name, cnames, resolves } = record;
  const expected = `${name} CNAME ${name.startsWith('accounts.') ? 'accounts.clerk.services' : 'frontend-api.clerk.services'}`;
  const base = {
    subject: `DNS of ${name}`,
    expected,
    docs: 'https://clerk.com/docs/guides/development/deployment/production',
  };
  if (resolves !== true) {
    return [
      error({
        ...base,
        message:
          cnames.length > 0 ? `the record leads to ${cnames.at(-1)}, which does not exist` : 'there is no such record',
        cause: 'The record was never created, was created below another zone, or was removed.',
        fix: `Create the CNAME record for ${name} that the Domains page of the Clerk Dashboard lists, and verify it there.`,
      }),
    ];
  }
  const elsewhere = cnames.length > 0;
  const level = answers || !elsewhere ? warning : error;
  return [
    level({
      ...base,
      message: elsewhere
        ? `the record leads to ${cnames.at(-1)}, not to Clerk`
        : 'the name has addresses of its own and no CNAME to Clerk',
      cause: elsewhere
        ? 'The record is an older one, or leads through a CDN in front of Clerk.'
        : 'The DNS provider answers for Clerk: the record is proxied (as by the orange cloud at Cloudflare) or flattened.',
      fix: `Make ${name} a plain CNAME record, DNS only, to the host that the Clerk Dashboard lists.`,
    }),
  ];
}
