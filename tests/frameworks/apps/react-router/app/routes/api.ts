import type { MiddlewareFunction } from 'react-router';
import { withCors } from '../../shared/api.ts';
import { has, settings } from '../settings.ts';

export const middleware: MiddlewareFunction<Response>[] = [
  ({ request }, next) => withCors(request, settings, has('cors-reflects'), next),
];
