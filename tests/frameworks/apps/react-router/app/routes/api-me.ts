import type { LoaderFunctionArgs } from 'react-router';
import { caller, json } from '../guard.ts';

export const loader = async (args: LoaderFunctionArgs): Promise<Response> => json({ userId: await caller(args) });
