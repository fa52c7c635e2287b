import { Resolver } from 'node:dns/promises';
import type { Network } from '../config/options.ts';

/** What DNS says of a name. */
export interface DnsRecord {
  readonly name: string;
  /** Names that the CNAME records lead through, in order; empty when there is none. */
  readonly cnames: readonly string[];
  /** True when the name, or the one that its CNAME records lead to, has an address; undefined when that was not learned. */
  readonly resolves?: boolean;
  /** Why nothing was learned, with the code of the resolver: `ETIMEOUT`. A name that does not exist is no failure. */
  readonly failure?: string;
}

/** Milliseconds for one question; resolvers answer in tens of them. */
const QUESTION_MS = 3_000;

/** Times that a question is asked. */
const TRIES = 2;

/** CNAME records followed; longer chains are loops. */
const MAX_CHAIN = 8;

/** Codes by which a resolver says that there is no such record. */
const ABSENT = new Set(['ENODATA', 'ENOTFOUND']);

/** Asks the resolvers of `network.dns`, or those of the machine, where a name leads. */
export async function dnsRecord(
  name: string,
  { dns, requestTimeoutMs }: Pick<Network, 'dns' | 'requestTimeoutMs'>,
): Promise<DnsRecord> {
  const resolver = new Resolver({ timeout: Math.min(QUESTION_MS, requestTimeoutMs), tries: TRIES });
  if (dns.length > 0) resolver.setServers(dns);
  const cnames: string[] = [];
  try {
    for (let at = name; cnames.length < MAX_CHAIN;) {
      const [next] = await records(resolver.resolveCname(at));
      if (next === undefined) break;
      cnames.push(next.toLowerCase());
      at = next;
    }
    const addresses = await Promise.all([records(resolver.resolve4(name)), records(resolver.resolve6(name))]);
    return { name, cnames, resolves: addresses.flat().length > 0 };
  } catch (failure) {
    return { name, cnames, failure: (failure as NodeJS.ErrnoException).code ?? (failure as Error).message };
  }
}

/** The records, none when there are none. */
async function records(answer: Promise<string[]>): Promise<string[]> {
  return answer.catch((failure: NodeJS.ErrnoException) => {
    if (ABSENT.has(failure.code ?? '')) return [];
    throw failure;
  });
}
