import { isPostKey } from '../../post-key.ts';
import type { PostRef } from '../../post-key.ts';
import { isUserName } from '../../user-name.ts';

/** The lists of a profile besides the posts. */
export type PeopleTab = 'following' | 'followers' | 'friends';

/** Which page an address means. */
export type Route =
  | { readonly kind: 'home' }
  | { readonly kind: 'login' }
  | { readonly kind: 'signup' }
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'profile'; readonly user: string; readonly tab: 'posts' | PeopleTab }
  | { readonly kind: 'tribble'; readonly user: string; readonly key: string }
  | { readonly kind: 'nowhere' };

const tabs: ReadonlySet<string> = new Set(['following', 'followers', 'friends']);

/** Reads an address of ours: its path and its query. */
export function parseRoute(path: string, query: string): Route {
  if (path === '/') return { kind: 'home' };
  if (path === '/login') return { kind: 'login' };
  if (path === '/signup') return { kind: 'signup' };
  if (path === '/search') {
    return { kind: 'search', query: new URLSearchParams(query).get('q') ?? '' };
  }
  const [, user = '', rest, ...further] = path.split(/\/@|\//);
  if (!path.startsWith('/@') || !isUserName(user) || further.length > 0) return { kind: 'nowhere' };
  if (rest === undefined) return { kind: 'profile', user, tab: 'posts' };
  if (tabs.has(rest)) return { kind: 'profile', user, tab: rest as PeopleTab };
  return isPostKey(rest) ? { kind: 'tribble', user, key: rest } : { kind: 'nowhere' };
}

/** The address of a user's page, or of one of its lists. */
export function profileAddress(user: string, tab: 'posts' | PeopleTab = 'posts'): string {
  return tab === 'posts' ? `/@${user}` : `/@${user}/${tab}`;
}

/** The address of one Tribble. */
export function tribbleAddress({ user, key }: PostRef): string {
  return `/@${user}/${key}`;
}
