import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DEMO = dirname(fileURLToPath(import.meta.url));

/** The app's own package. */
export const APP_FOLDER = join(DEMO, 'app');

/** Everything that is downloaded or generated; ignored by git. */
export const CACHE_FOLDER = join(DEMO, '.cache');
