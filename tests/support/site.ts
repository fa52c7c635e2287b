import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { Target } from '../../src/target/target.ts';
import { verify } from '../../src/verify.ts';
import type { Check, Outcome } from '../../src/verify.ts';

/** Answers a request of a test. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Verifies a check against a real server on a free port, over sockets, as a run does. */
export async function verifySite<Evidence>(
  check: Check<Evidence>,
  handler: Handler,
  options: ReadinessOptions = {},
): Promise<Outcome> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const readiness = resolveOptions({ baseURL: origin, ...options }, {});
  const target = await Target.connect(readiness);
  try {
    return await verify(check, { target, readiness, identity: target.identity });
  } finally {
    await target.close();
    await new Promise((resolve) => server.close(resolve));
  }
}
