import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Network } from '../config/options.ts';

/** The certificate that a host serves, or why it was not seen. */
export type CertificateRecord =
  | {
      /** With its port, where that is not 443. */
      readonly host: string;
      /** Milliseconds since the epoch. */
      readonly validFrom: number;
      /** Milliseconds since the epoch. */
      readonly validTo: number;
      /** Who vouches for it: `Let's Encrypt`. */
      readonly issuer: string;
    }
  | { readonly host: string; readonly unseen: string };

/**
 * Looks at the certificate of an https origin. An expired or untrusted one is seen as well: whether it is trusted is
 * decided where pages are fetched. Proxies are not used, because they hide the certificate of the host behind them.
 * @param url any URL of the origin
 */
export function certificateOf(
  url: string,
  { resolve, requestTimeoutMs }: Pick<Network, 'resolve' | 'requestTimeoutMs'>,
): Promise<CertificateRecord> {
  const { host, hostname, port } = new URL(url);
  const name = hostname.replace(/^\[|\]$/g, '');
  return new Promise((settle) => {
    const socket = connect({
      host: resolve[name] ?? name,
      port: port === '' ? 443 : Number(port),
      // RFC 6066 section 3 allows names only.
      ...(isIP(name) === 0 && { servername: name }),
      // Nothing is sent over this connection.
      rejectUnauthorized: false,
    });
    const end = (record: CertificateRecord): void => {
      socket.destroy();
      settle(record);
    };
    socket.setTimeout(requestTimeoutMs, () => end({ host, unseen: `no answer within ${requestTimeoutMs} ms` }));
    socket.once('error', ({ message }) => end({ host, unseen: message }));
    socket.once('secureConnect', () => {
      const { valid_from: from, valid_to: to, issuer } = socket.getPeerCertificate();
      const authority = issuer?.O ?? issuer?.CN;
      end(
        to === undefined
          ? { host, unseen: 'the host shows no certificate' }
          : {
              host,
              validFrom: Date.parse(from),
              validTo: Date.parse(to),
              issuer: (Array.isArray(authority) ? authority[0] : authority) ?? 'an unnamed authority',
            },
      );
    });
  });
}
