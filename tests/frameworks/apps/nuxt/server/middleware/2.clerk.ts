import { clerkMiddleware } from '@clerk/nuxt/server';
import { settings } from '../settings.ts';

export default clerkMiddleware({ authorizedParties: [settings.origin, settings.allowedOrigin] });
