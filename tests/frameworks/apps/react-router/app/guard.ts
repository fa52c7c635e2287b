import { getAuth } from '@clerk/react-router/server';
import { data, redirect } from 'react-router';
import type { LoaderFunctionArgs } from 'react-router';
import { callerOf } from '../shared/api.ts';
import { signInPath } from '../shared/paths.ts';
import { has, settings } from './settings.ts';

/** Who asks for a page; anyone else is sent to sign-in and back. */
export async function pageUser(args: LoaderFunctionArgs): Promise<string> {
  const { userId } = await getAuth(args);
  if (userId !== null) return userId;
  if (has('page-answers-401')) throw data(null, 401);
  const { pathname, search } = new URL(args.request.url);
  throw redirect(signInPath(pathname + search));
}

/** Who calls the API; anyone else gets the answer that is thrown. */
export async function caller(args: LoaderFunctionArgs): Promise<string> {
  const { userId } = await getAuth(args);
  const user = callerOf(userId, args.request, settings);
  if (typeof user !== 'string') throw user;
  return user;
}
