import { loginPath } from '../../shared/paths.ts';
import { settings } from '../settings.ts';

export default defineEventHandler((event) =>
  sendRedirect(event, loginPath(getRequestURL(event).searchParams.get('next') ?? '', settings.origin)),
);
