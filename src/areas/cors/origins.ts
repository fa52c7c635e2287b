/** An origin that must get no permission, and the mistake that would give it one. */
export interface HostileOrigin {
  /** `a subdomain of app.example.com`. */
  readonly name: string;
  /** Value of the Origin header. */
  readonly origin: string;
  /** How a server comes to allow it. */
  readonly mistake: string;
}

/** The origin that stands for every other website. */
export const ANY_WEBSITE: HostileOrigin = {
  name: 'any website',
  origin: 'https://evil.example',
  mistake: 'the Origin header is sent back without a comparison',
};

/** Origins that no app should trust, whatever its name. */
const STRANGERS: readonly HostileOrigin[] = [
  ANY_WEBSITE,
  {
    name: 'null (sandboxed frames, local files)',
    origin: 'null',
    mistake: 'null is on the list of allowed origins; any website can send it from a sandboxed frame',
  },
  // Where Next.js and Vite serve.
  ...['http://localhost:3000', 'http://localhost:5173'].map((origin) => ({
    name: 'a developer’s machine',
    origin,
    mistake: 'the list of allowed origins still has the one of local development',
  })),
  {
    name: 'somebody else’s deployment on vercel.app',
    origin: 'https://evil.vercel.app',
    mistake: 'every preview is trusted by the end of its host, under which anybody deploys',
  },
];

/** Origins that look like a trusted one to a comparison that is not exact; seven of them, fewer for addresses and http. */
function lookalikes(trusted: string): HostileOrigin[] {
  const { protocol, hostname: host, port } = new URL(trusted);
  const suffix = port === '' ? '' : `:${port}`;
  const isName = /[a-z]/i.test(host.replace(/^\[.*\]$/, ''));
  const parent = host.split('.').slice(1).join('.');
  return [
    {
      name: `${host} as a prefix`,
      origin: `${protocol}//${host}.evil.example`,
      mistake: 'the comparison is startsWith() or includes()',
    },
    {
      name: `${host} as a suffix`,
      origin: `${protocol}//evil${host}${suffix}`,
      mistake: 'the comparison is endsWith() without the dot',
    },
    {
      name: `a subdomain of ${host}`,
      origin: `${protocol}//evil.${host}${suffix}`,
      mistake: 'every subdomain is trusted, so one taken-over host reads everything',
    },
    ...(isName && parent !== ''
      ? [
          {
            name: `a sibling of ${host}`,
            origin: `${protocol}//evil.${parent}${suffix}`,
            mistake: 'every host under the parent domain is trusted',
          },
        ]
      : []),
    ...(host.includes('.')
      ? [
          {
            name: `${host} with a dot replaced`,
            origin: `${protocol}//${host.replaceAll('.', 'x')}${suffix}`,
            mistake: 'a regular expression leaves the dot unescaped',
          },
        ]
      : []),
    ...(protocol === 'https:'
      ? [
          {
            name: `${host} over http`,
            origin: `http://${host}${suffix}`,
            mistake: 'the scheme is not compared, so whoever controls a network reads everything',
          },
        ]
      : []),
    {
      name: `another port of ${host}`,
      origin: `${protocol}//${host}:${port === '8443' ? '9443' : '8443'}`,
      mistake: 'the port is not compared',
    },
  ];
}

/** Every hostile origin of an app: the strangers, and the lookalikes of its own origin and of those that it trusts. */
export function hostileOrigins(own: string, declared: readonly string[]): HostileOrigin[] {
  const trusted = [own, ...declared];
  const all = [...STRANGERS, ...trusted.flatMap(lookalikes)];
  return all.filter(
    ({ origin }, index) => !trusted.includes(origin) && all.findIndex((other) => other.origin === origin) === index,
  );
}
