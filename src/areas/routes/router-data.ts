import { isRecord } from '../../is-record.ts';
import { status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { jsonOf } from '../../target/json.ts';

/**
 * True when an answer holds data that the code of the page itself got, as the routers of React Router and SvelteKit ask
 * for it: not a redirect, which both send in a 2xx answer, and not data of its layouts only.
 */
export function isPageData(exchange: Exchange): boolean {
  return status(exchange) === 200 && (isLoaderData(exchange) || isLoadData(exchange));
}

/** React Router sends one flat list: `[{"_1":2}, "<id of the route>", {"_3":4}, "data", …]`. */
function isLoaderData(exchange: Exchange): boolean {
  const id = new URL(exchange.request.url).searchParams.get('_routes');
  const list = id === null ? undefined : jsonOf(exchange);
  return Array.isArray(list) && list.includes(id) && list.includes('data');
}

/** SvelteKit sends a node for each layout and the page last: `{"type":"data","nodes":[{"type":"skip"},{"type":"data","data":[…]}]}`. */
function isLoadData(exchange: Exchange): boolean {
  const answer = new URL(exchange.request.url).pathname.endsWith('/__data.json') ? jsonOf(exchange) : undefined;
  if (!isRecord(answer) || answer['type'] !== 'data' || !Array.isArray(answer['nodes'])) return false;
  const page: unknown = answer['nodes'].at(-1);
  if (!isRecord(page) || page['type'] !== 'data' || !Array.isArray(page['data'])) return false;
  const [fields]: unknown[] = page['data'];
  return isRecord(fields) && Object.keys(fields).length > 0;
}
