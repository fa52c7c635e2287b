/** A version taken apart: three numbers and the identifiers of a pre-release. */
interface Parsed {
  readonly numbers: readonly [number, number, number];
  readonly pre: readonly string[];
}

const VERSION = /^v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/;

/** True for `x.y.z` with or without a pre-release. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/** Order of two versions as https://semver.org defines it: negative when `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (const index of [0, 1, 2] as const) {
    const difference = left.numbers[index] - right.numbers[index];
    if (difference !== 0) return difference;
  }
  if (left.pre.length === 0 || right.pre.length === 0) return right.pre.length - left.pre.length;
  for (let index = 0; index < Math.max(left.pre.length, right.pre.length); index++) {
    const difference = compareIdentifiers(left.pre[index], right.pre[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The version without its pre-release: `15.2.3` for `15.2.3-canary.1`. */
export function release(version: string): string {
  return parse(version).numbers.join('.');
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (left && right) return Number(a) - Number(b);
  if (left !== right) return left ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function parse(version: string): Parsed {
  const match = VERSION.exec(version);
  if (!match) throw new Error(`"${version}" is no version`);
  const [, major, minor, patch, pre] = match;
  return { numbers: [Number(major), Number(minor), Number(patch)], pre: pre === undefined ? [] : pre.split('.') };
}
