import { NextResponse } from 'next/server';
import type { NextRequest } from 'next/server';

/** Callers of another origin authenticate with a Bearer token: no credentials mode, so no cookies. */
const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type',
  'Access-Control-Max-Age': '600',
};

/**
 * Lets pages of exactly one foreign origin call the API.
 * Compares whole strings: prefixes, suffixes and patterns are how look-alike origins get in.
 */
export function cors(request: NextRequest, allowedOrigin: string): NextResponse {
  const allowed = request.headers.get('origin') === allowedOrigin;
  const preflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
  const response = allowed && preflight ? new NextResponse(null, { status: 204, headers: PREFLIGHT_HEADERS }) : NextResponse.next();
  if (allowed) response.headers.set('Access-Control-Allow-Origin', allowedOrigin);
  // Also without an Origin: a cache must not hand this answer to another origin.
  response.headers.append('Vary', 'Origin');
  return response;
}
