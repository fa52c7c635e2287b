/** JSON that no cache may keep: the answers depend on who asks. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { 'Cache-Control': 'no-store', ...headers } });
}

export function unauthenticated(): Response {
  return json({ error: 'unauthenticated' }, 401, { 'WWW-Authenticate': 'Bearer' });
}

/** The request's JSON object, or undefined when it is none. */
export async function jsonObject(request: Request): Promise<Record<string, unknown> | undefined> {
  const body: unknown = await request.json().catch(() => undefined);
  return isObject(body) ? body : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
