import { after } from 'node:test';
import type { Network } from '../../src/config/options.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Connection } from '../../src/target/connection.ts';
import type { Exchange } from '../../src/target/exchange.ts';
import { Redactor } from '../../src/target/redact.ts';
import type { Secret } from '../../src/target/redact.ts';

/** A connection whose extra headers go to one origin; closed after the test file. */
export function connection(
  origin: string,
  {
    network = {},
    headers = {},
    secrets = [],
    trusted = [],
    onExchange,
  }: {
    network?: Partial<Network>;
    headers?: Readonly<Record<string, string>>;
    secrets?: readonly Secret[];
    trusted?: readonly string[];
    onExchange?: (exchange: Exchange) => void;
  } = {},
): Connection {
  const made = new Connection({
    network: { ...resolveOptions({}, {}).network, ...network },
    redactor: new Redactor(secrets),
    credentials: { origin, headers },
    trusted,
    ...(onExchange && { onExchange }),
  });
  after(() => made.close());
  return made;
}
