import { clerkMiddleware } from '@clerk/tanstack-react-start/server';
import { createCsrfMiddleware, createStart } from '@tanstack/react-start';
import { browserHeaders } from './browser-headers.ts';
import { cors } from './cors.ts';
import { settings } from './settings.ts';

const { publishableKey, secretKey, apiUrl, origin, allowedOrigin } = settings;

export const startInstance = createStart(() => ({
  requestMiddleware: [
    browserHeaders,
    createCsrfMiddleware({ filter: ({ handlerType }) => handlerType === 'serverFn' }),
    cors,
    clerkMiddleware({
      publishableKey,
      secretKey,
      apiUrl,
      signInUrl: '/sign-in',
      signUpUrl: '/sign-up',
      authorizedParties: [origin, allowedOrigin],
    }),
  ],
}));
