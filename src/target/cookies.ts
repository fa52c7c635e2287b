/** Cookies by exact origin: stricter than a browser's jar, so that none of one host ever goes to another. */
export class CookieJar {
  readonly #byOrigin = new Map<string, Map<string, string>>();

  /** Sets cookies of an origin by hand. */
  set(origin: string, cookies: Readonly<Record<string, string>>): void {
    const jar = this.#of(origin);
    for (const [name, value] of Object.entries(cookies)) jar.set(name, value);
  }

  /** Takes over the Set-Cookie values of an answer; expired ones are dropped. */
  store(origin: string, setCookies: readonly string[]): void {
    const jar = this.#of(origin);
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';');
      const split = pair.indexOf('=');
      if (split < 1) continue;
      const name = pair.slice(0, split).trim();
      if (attributes.some(isExpired)) jar.delete(name);
      else jar.set(name, pair.slice(split + 1).trim());
    }
  }

  /** Value of the Cookie header for an origin; undefined when there are none. */
  header(origin: string): string | undefined {
    const pairs = [...this.#of(origin)].map(([name, value]) => `${name}=${value}`);
    return pairs.length > 0 ? pairs.join('; ') : undefined;
  }

  /** Cookies of an origin. */
  get(origin: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#of(origin));
  }

  #of(origin: string): Map<string, string> {
    const known = this.#byOrigin.get(origin);
    if (known) return known;
    const made = new Map<string, string>();
    this.#byOrigin.set(origin, made);
    return made;
  }
}

function isExpired(attribute: string): boolean {
  const [name = '', value = ''] = attribute.trim().split('=');
  if (/^max-age$/i.test(name)) return Number(value) <= 0;
  return /^expires$/i.test(name) && Date.parse(value) <= Date.now();
}
