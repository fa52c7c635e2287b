import { defineReadinessConfig } from './src/index.ts';

export default defineReadinessConfig({});
