import { redirect } from '@sveltejs/kit';
import { loginPath } from '../../../shared/paths.ts';
import { settings } from '../../settings.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = ({ url }) =>
  redirect(302, loginPath(url.searchParams.get('next') ?? '', settings.origin));
