import type { LoaderFunctionArgs } from 'react-router';
import { json } from '../../shared/api.ts';
import { caller } from '../guard.ts';

export const loader = async (args: LoaderFunctionArgs): Promise<Response> => json({ userId: await caller(args) });
