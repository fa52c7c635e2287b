/** Releases of the app's dependencies as a team had them installed on some day. */
export interface Release {
  /** Short name, also that of its folder in the cache. */
  readonly name: string;
  /** Advisories that it is open to, as `routes/bypass` and `webhook/forged-signature` show them. */
  readonly exposedTo: ReadonlyArray<'CVE-2025-29927' | 'CVE-2025-53548' | 'CVE-2026-41248'>;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Exact versions of what these depend on: their ranges would bring the repaired ones. */
  readonly overrides: Readonly<Record<string, string>>;
}

const REACT = { react: '19.1.4', 'react-dom': '19.1.4' } as const;

/** Advisories: GHSA-f82v-jwr5-mffw (29927), GHSA-9mp4-77wg-rwx9 (53548), GHSA-vqx2-fgx2-5wq9 (41248). */
export const RELEASES: readonly Release[] = [
  {
    name: 'T1',
    exposedTo: ['CVE-2025-29927', 'CVE-2025-53548'],
    dependencies: { ...REACT, next: '15.2.2', '@clerk/nextjs': '6.23.2' },
    overrides: { '@clerk/backend': '2.3.1' },
  },
  {
    name: 'T2',
    exposedTo: ['CVE-2026-41248'],
    dependencies: { ...REACT, next: '15.5.15', '@clerk/nextjs': '6.39.1' },
    overrides: { '@clerk/backend': '2.33.1', '@clerk/shared': '3.47.3' },
  },
  {
    name: 'T3',
    exposedTo: ['CVE-2026-41248'],
    dependencies: { ...REACT, next: '16.2.4', '@clerk/nextjs': '7.2.0' },
    overrides: { '@clerk/backend': '3.2.10', '@clerk/react': '6.4.0', '@clerk/shared': '4.8.0' },
  },
  {
    name: 'clean',
    exposedTo: [],
    dependencies: { react: '19.3.1', 'react-dom': '19.3.1', next: '16.4.5', '@clerk/nextjs': '7.9.17' },
    overrides: {},
  },
];
