import { deliver, harmlessMessage, isDelivered, isRefused } from '../../areas/webhook/delivery.ts';
import { unique } from '../../target/discover/links.ts';
import { body, isHtml, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { Target } from '../../target/target.ts';
import type { FoundItem } from './found.ts';
import { USUAL_HEALTH, USUAL_WEBHOOK } from './guesses.ts';

/** Paths of the project or the build that are asked besides the usual ones. */
const MAX_NAMED = 10;

/**
 * The endpoint for Clerk's webhooks: one that meets an unsigned, harmless delivery otherwise than a path beside it
 * that no app has.
 * @param endpoints paths that the build or the project names
 */
export async function findWebhook(target: Target, endpoints: readonly string[]): Promise<FoundItem | undefined> {
  const named = endpoints.filter((path) => /webhook/i.test(path)).slice(0, MAX_NAMED);
  const send = (path: string) =>
    deliver(target.anonymous, path, { headers: {}, payload: harmlessMessage(new Date()).payload });
  const asked = await besides(
    target,
    unique([...named.toSorted(clerkFirst), ...USUAL_WEBHOOK.map((path) => target.within(path))]),
    send,
  );
  const found = asked.find(({ path, answer, control }) => {
    if (status(answer) === status(control)) return false;
    if (isRefused(answer)) return true;
    // A name that says Clerk makes an endpoint that takes or drops forgeries worth a check; another service's may do so rightly.
    return /clerk/i.test(path) && ((isDelivered(answer) && !isHtml(answer)) || status(answer) >= 500);
  });
  return found && { path: found.path, how: howAnswered(found, named, 'an unsigned delivery') };
}

/** The health endpoint: one that answers 200 with text or JSON where a path beside it that no app has does not. */
export async function findHealth(target: Target, endpoints: readonly string[]): Promise<FoundItem | undefined> {
  const named = endpoints.filter((path) => /health|\/status$|\/(?:ping|ready|live)$/i.test(path)).slice(0, MAX_NAMED);
  const asked = await besides(target, unique([...named, ...USUAL_HEALTH.map((path) => target.within(path))]), (path) =>
    target.anonymous.get(path),
  );
  const found = asked.find(
    ({ answer, control }) =>
      // A health endpoint may say 503 while something is down.
      [200, 503].includes(status(answer)) &&
      !isHtml(answer) &&
      (status(control) !== status(answer) || body(control) !== body(answer)) &&
      status(control) !== 200,
  );
  return found && { path: found.path, how: howAnswered(found, named, 'GET') };
}

/** An answer, and that of a path beside it. */
interface Asked {
  readonly path: string;
  readonly answer: Exchange;
  readonly control: Exchange;
}

async function besides(
  { unknownSegment }: Target,
  paths: readonly string[],
  ask: (path: string) => Promise<Exchange>,
): Promise<Asked[]> {
  const controls = new Map<string, Promise<Exchange>>();
  const controlOf = (path: string): Promise<Exchange> => {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const control = controls.get(folder) ?? ask(`${folder}/${unknownSegment}`);
    controls.set(folder, control);
    return control;
  };
  return Promise.all(
    paths.map(async (path) => {
      const [answer, control] = await Promise.all([ask(path), controlOf(path)]);
      return { path, answer, control };
    }),
  );
}

function howAnswered({ path, answer, control }: Asked, named: readonly string[], what: string): string {
  const origin = named.includes(path) ? 'named by the build or project' : 'usual path';
  return `${origin}; answers ${what} with ${status(answer)}, a path beside it with ${status(control)}`;
}

function clerkFirst(a: string, b: string): number {
  return Number(/clerk/i.test(b)) - Number(/clerk/i.test(a));
}
