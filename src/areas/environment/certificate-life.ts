import { error } from '../../result.ts';
import type { Finding } from '../../result.ts';
import type { CertificateRecord } from '../../target/certificate.ts';

const DAY_MS = 86_400_000;

/** Days that a certificate must still hold; authorities and hosts renew 30 days before the end. */
const MIN_DAYS = 14;

/** Share of its life that is enough for a certificate with a short one, as those of six days. */
const MIN_SHARE = 0.25;

/** Judges how long a certificate still holds. */
export function judgeCertificate(certificate: CertificateRecord, now: number): Finding[] {
  if ('unseen' in certificate) return [];
  const { host, validFrom, validTo, issuer } = certificate;
  const left = validTo - now;
  if (left >= Math.min(MIN_DAYS * DAY_MS, (validTo - validFrom) * MIN_SHARE)) return [];
  const day = new Date(validTo).toISOString().slice(0, 10);
  return [
    error({
      subject: `certificate of ${host}`,
      message:
        left < 0
          ? `the certificate (${issuer}) ended on ${day}`
          : `the certificate (${issuer}) ends on ${day}, in ${Math.floor(left / DAY_MS)} days, and was not renewed`,
      expected: `a certificate that holds for ${MIN_DAYS} days or more`,
      cause:
        'The renewal fails: the DNS record no longer leads to the host that renews it, a CAA record forbids its authority (Clerk uses Let’s Encrypt and Google Trust Services), or the certificate was installed by hand.',
      fix: 'Compare the DNS and CAA records with those in the Clerk Dashboard or at the hosting provider, then have the certificate issued again.',
      docs: 'https://clerk.com/docs/guides/development/deployment/production',
    }),
  ];
}
