import { demoTargets } from './demo/instances.ts';
import { demoReadiness } from './demo/readiness.ts';
import { defineReadinessConfig, readinessProjects } from './src/index.ts';

const { live, test: development } = demoTargets();
const given = process.env.READINESS_BASE_URL;
const known = [live, development].find(({ url }) => url === given);

/** Against the demo, on both instance kinds, unless READINESS_BASE_URL names another target, which is then not started. */
export default given === undefined
  ? defineReadinessConfig(demoReadiness(live), {
      projects: [
        ...readinessProjects(demoReadiness(development)),
        // Checks of our own, as a team would add them.
        { ...readinessProjects(demoReadiness(live))[0], name: 'own', testDir: './demo/checks' },
      ],
      webServer: {
        command: 'node --import tsx demo/start.ts --kind both',
        wait: { stdout: /^ready$/m },
        timeout: 10 * 60_000,
        gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
        stdout: 'pipe',
      },
    })
  : defineReadinessConfig(known ? demoReadiness(known) : {});
