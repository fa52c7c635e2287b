import type { Config } from '@react-router/dev/config';
import manifest from 'react-router/package.json' with { type: 'json' };

/** Always on from release 8, which refuses the flag. */
const future = manifest.version.startsWith('7.') ? { v8_middleware: true } : {};

export default { future } satisfies Config;
