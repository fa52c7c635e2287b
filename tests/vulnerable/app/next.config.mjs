import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export default {
  poweredByHeader: false,
  outputFileTracingRoot: dirname(fileURLToPath(import.meta.url)),
};
