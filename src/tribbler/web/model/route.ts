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

const profilePath = /^\/@([a-z0-9_]{1,30})(?:\/(following|followers|friends))?$/;
const tribblePath = /^\/@([a-z0-9_]{1,30})\/(post_[0-9a-f]{14}_[0-9a-f]{8})$/;

/** Reads an address of ours: its path and its query. */
export function parseRoute(path: string, query: string): Route {
  if (path === '/') return { kind: 'home' };
  if (path === '/login') return { kind: 'login' };
  if (path === '/signup') return { kind: 'signup' };
  if (path === '/search') {
    return { kind: 'search', query: new URLSearchParams(query).get('q') ?? '' };
  }
  const profile = profilePath.exec(path);
  if (profile !== null) {
    const [, user = '', tab = 'posts'] = profile;
    return { kind: 'profile', user, tab: tab as 'posts' | PeopleTab };
  }
  const tribble = tribblePath.exec(path);
  if (tribble !== null) {
    const [, user = '', key = ''] = tribble;
    return { kind: 'tribble', user, key };
  }
  return { kind: 'nowhere' };
}

/** The address of a user's page, or of one of its lists. */
export function profileAddress(user: string, tab: 'posts' | PeopleTab = 'posts'): string {
  return tab === 'posts' ? `/@${user}` : `/@${user}/${tab}`;
}

/** The address of one Tribble. */
export function tribbleAddress({ user, key }: { user: string; key: string }): string {
  return `/@${user}/${key}`;
}
