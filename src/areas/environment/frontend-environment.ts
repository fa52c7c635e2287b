import type { Exchange } from '../../target/exchange.ts';
import type { Target } from '../../target/target.ts';
import type { CheckContext } from '../../verify.ts';

const asked = new WeakMap<Target, Map<string, Promise<Exchange>>>();

/**
 * `/v1/environment` of a Frontend API, which clerk-js reads before anything else; asked once for each target.
 * It needs no credentials, but refuses calls without an origin. The check judges a refusal and silence itself.
 * @param frontendApi origin, or the URL of a proxy
 */
export function frontendEnvironment({ target, identity }: CheckContext, frontendApi: string): Promise<Exchange> {
  const answers = asked.get(target) ?? new Map<string, Promise<Exchange>>();
  asked.set(target, answers);
  const answer =
    answers.get(frontendApi) ??
    target.elsewhere(`${frontendApi}/v1/environment`, { headers: { origin: identity.origin }, judged: true });
  answers.set(frontendApi, answer);
  return answer;
}
