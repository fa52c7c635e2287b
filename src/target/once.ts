import type { Visit } from './exchange.ts';
import { wallOf } from './wall.ts';

/** What is known of a path, or asked for now; an answer that is none is forgotten. */
export async function once<T>(
  known: Map<string, Promise<T>>,
  path: string,
  ask: () => Promise<T>,
  isAnswer: (answer: T) => boolean,
): Promise<T> {
  const before = known.get(path);
  if (before) return before;
  const asking = ask();
  known.set(path, asking);
  const answer = await asking;
  // The next check asks again: it gets another chance, and meets the obstacle itself if it is still there.
  if (!isAnswer(answer)) known.delete(path);
  return answer;
}

/** True where the app itself answered all the way. */
export function reachedApp({ exchanges }: Pick<Visit, 'exchanges'>): boolean {
  return exchanges.every((exchange) => exchange.error === undefined && wallOf(exchange) === undefined);
}
