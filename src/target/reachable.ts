import { ReadinessConfigError } from '../config/error.ts';
import { ENVIRONMENT } from '../config/resolve.ts';
import type { Readiness } from '../config/options.ts';
import { header, redirectTarget, status } from './exchange.ts';
import type { Exchange, ExchangeError, Visit } from './exchange.ts';
import { isHtml } from './exchange.ts';
import { wallOf } from './wall.ts';

/** The target cannot be judged at all; the message says why and what to do. It carries no stack. */
export class TargetError extends Error {
  override readonly name = 'TargetError';

  constructor(message: string) {
    super(message);
    this.stack = `${this.name}: ${message}`;
  }
}

/** Neither the option nor the environment names a target. */
export function missingBaseURL(): ReadinessConfigError {
  return new ReadinessConfigError(
    `baseURL is missing: set it in the options or in the environment variable ${ENVIRONMENT.baseURL}, for example https://staging.example.com`,
  );
}

/**
 * Proves that the app itself answered the first visit.
 * @throws TargetError when it is unreachable, walled off, down, or has moved to another origin.
 * @throws ReadinessConfigError when a production target is plain http on a public host.
 */
export function assertReachable(entry: Visit, { baseURL = '', profile, network: { maxBodyBytes } }: Readiness): void {
  const first = entry.exchanges[0] ?? entry.final;
  const walled = entry.exchanges.find((exchange) => wallOf(exchange) !== undefined);
  const wall = walled && wallOf(walled);
  if (wall) throw new TargetError(`${baseURL} is behind ${wall.name}, so nothing behind it was checked. ${wall.fix}`);
  if (entry.final.error) throw new TargetError(unreachable(entry.final.request.url, entry.final.error));
  if (entry.stopped === 'too-many-redirects') {
    throw new TargetError(
      `${baseURL} redirects in a loop (${entry.exchanges.length} redirects). Open it in a browser with cleared cookies; with Clerk this is usually a publishable and a secret key of different instances.`,
    );
  }
  const moved = movedOrigin(entry);
  if (moved !== undefined)
    throw new TargetError(
      `${baseURL} redirects to ${moved}: set baseURL to '${moved}', because credentials go to the exact origin of baseURL only. If another site lives there, name pages of the app itself: routes.public, such as ['/sign-in'].`,
    );
  if (profile === 'production' && new URL(baseURL).protocol === 'http:' && !isLoopback(new URL(baseURL).hostname)) {
    throw new ReadinessConfigError(
      `baseURL must be https for profile "production": ${baseURL} answered without TLS. Use https, or profile: 'staging'.`,
    );
  }
  if (status(entry.final) >= 500)
    throw new TargetError(
      `${baseURL} is down: ${first.request.method} ${entry.final.request.url} answered ${status(entry.final)}. Check the deployment and its logs before judging readiness.`,
    );
  if (entry.final.response?.truncated === true)
    throw new TargetError(
      `${entry.final.request.url} is longer than network.maxBodyBytes (${maxBodyBytes} bytes) and was not read to its end. Find out what is sent there, or raise that bound.`,
    );
  const foreign = foreignScheme(entry.final);
  if (foreign !== undefined)
    throw new TargetError(`${baseURL} redirects to ${foreign}, which is no web page. Correct that redirect.`);
  if (isUnexplainedRefusal(entry.final)) {
    throw new TargetError(
      `${baseURL} refuses visitors: ${entry.final.request.url} answered ${status(entry.final)} to an anonymous visit, without any sign of Clerk. If a firewall or access page stands in front, let this runner through with the headers option.`,
    );
  }
}

/** Where the first visit left the origin of baseURL for the same page, as from http to https or from the apex to www. */
function movedOrigin(entry: Visit): string | undefined {
  if (entry.stopped !== 'left-target') return undefined;
  const from = new URL(entry.final.request.url);
  const to = redirectTarget(entry.final);
  return to && to.pathname === from.pathname ? to.origin : undefined;
}

/** A redirect that no browser follows from the web: `file:`, `javascript:`. */
function foreignScheme(exchange: Exchange): string | undefined {
  const to = redirectTarget(exchange);
  return to && !/^https?:$/.test(to.protocol) ? to.href : undefined;
}

function isUnexplainedRefusal(exchange: Exchange): boolean {
  const byClerk = header(exchange, 'x-clerk-auth-status') !== undefined;
  return [401, 403].includes(status(exchange)) && isHtml(exchange) && !byClerk;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

const TLS_CODES = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

function unreachable(url: string, { code, message }: ExchangeError): string {
  const { host, hostname } = new URL(url);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${hostname} has no address (DNS: ${code}). Check baseURL for a typing error, or set network.resolve.`;
  if (code === 'ECONNREFUSED')
    return `Nothing listens at ${host} (connection refused). Check that the deployment is up and that the port in baseURL is right.`;
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT' || code === 'SELF_SIGNED_CERT_IN_CHAIN') {
    return `${host} has a self-signed certificate. Give its authority with network.ca, or for staging only set network.ignoreHTTPSErrors: true.`;
  }
  if (code === 'CERT_HAS_EXPIRED')
    return `The TLS certificate of ${host} has expired. Renew it: browsers refuse the site as well.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The TLS certificate of ${host} is for another host (${message}). Fix the certificate or baseURL.`;
  if (TLS_CODES.test(code))
    return `The TLS certificate of ${host} is not trusted (${code}: ${message}). Install the full chain, or give its authority with network.ca.`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return `${host} does not speak TLS as expected (${message}). Check whether baseURL should be http or another port.`;
  if (code === 'TIMEOUT' || /TIMEOUT|ETIMEDOUT/.test(code))
    return `${host} did not answer in time (${message}). Check the network path, or raise network.requestTimeoutMs.`;
  return `${url} could not be fetched (${code}: ${message}).`;
}
