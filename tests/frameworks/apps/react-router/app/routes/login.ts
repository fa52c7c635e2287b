import { redirect } from 'react-router';
import type { LoaderFunctionArgs } from 'react-router';
import { loginPath } from '../../shared/paths.ts';
import { settings } from '../settings.ts';

export function loader({ request }: LoaderFunctionArgs): Response {
  return redirect(loginPath(new URL(request.url).searchParams.get('next') ?? '', settings.origin));
}
