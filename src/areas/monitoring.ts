export { errorTracking } from './monitoring/error-tracking.ts';
export { authEvents, uptime, webhookAlerts } from './monitoring/evidence.ts';
export { health } from './monitoring/health.ts';
