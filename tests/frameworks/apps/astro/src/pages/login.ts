import type { APIRoute } from 'astro';
import { loginPath } from '../../shared/paths.ts';
import { settings } from '../settings.ts';

export const GET: APIRoute = ({ url, redirect }) =>
  redirect(loginPath(url.searchParams.get('next') ?? '', settings.origin));
