import { oneLine } from '../../report/printable.ts';
import type { Identity } from '../../target/identity.ts';

/** Something that was found on a target. */
export interface FoundItem {
  /** A path; an absolute URL where a page is on another host. */
  readonly path: string;
  /** How: `linked from /`, `usual path`. */
  readonly how: string;
}

/** What was found on a target without signing in; what is missing here was not found, which says nothing about the app. */
export interface Found {
  readonly identity: Identity;
  /** Pages that answer 200 to anybody. */
  readonly public: readonly FoundItem[];
  /** Pages that send anonymous visitors to sign-in, or that Clerk hides from them. */
  readonly protected: readonly FoundItem[];
  /** API routes that refuse anonymous requests. */
  readonly api: ReadonlyArray<FoundItem & { readonly status: 401 | 404 }>;
  /** API routes that answer anybody. */
  readonly open: readonly FoundItem[];
  readonly signIn?: FoundItem;
  readonly signUp?: FoundItem;
  readonly webhook?: FoundItem;
  readonly health?: FoundItem;
  /** Bounds that were reached, in words. */
  readonly limits: readonly string[];
}

/** Items of one kind that are used; every one costs many requests, and those of one kind are alike. */
export const MAX_ITEMS = 12;

/** What was found and how, a line for each kind. */
export function renderFound(found: Found): string {
  const { identity, limits } = found;
  const one = (item: FoundItem | undefined) => (item ? [item] : []);
  const kinds: ReadonlyArray<readonly [kind: string, items: readonly FoundItem[]]> = [
    ['public pages', found.public],
    ['protected pages', found.protected],
    ['API routes', found.api],
    ['sign-in', one(found.signIn)],
    ['sign-up', one(found.signUp)],
    ['webhook', one(found.webhook)],
    ['health', one(found.health)],
  ];
  const rows = kinds.map(([kind, items]) => row(kind, items.length === 0 ? 'none' : items.map(itemText).join(', ')));
  return [
    'Found:',
    row('framework', identity.framework ?? 'not recognised'),
    row('Clerk', clerkText(identity)),
    ...rows,
    ...(found.open.length > 0
      ? [
          `  These API routes answer anybody: ${found.open.map(({ path }) => oneLine(path)).join(', ')}. Name those that need sign-in with --api.`,
        ]
      : []),
    ...limits.map((limit) => `  ${limit}`),
  ].join('\n');
}

function row(kind: string, text: string): string {
  return `  ${kind.padEnd(17)}${text}`;
}

function itemText({ path, how }: FoundItem): string {
  return `${oneLine(path)} (${oneLine(how)})`;
}

function clerkText({ clerk }: Identity): string {
  const { publishableKey, publishableKeyKind, frontendApi } = clerk;
  if (publishableKey === undefined)
    return 'no sign of Clerk: no publishable key in any page or script. Is this the right URL?';
  return `${publishableKeyKind === 'live' ? 'production' : 'development'} instance (pk_${publishableKeyKind ?? ''}), ${oneLine(frontendApi ?? '')}`;
}
