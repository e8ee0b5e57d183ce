import { isPostKey, type PostRef } from '../../post-key.ts';
import { isUserName } from '../../user-name.ts';
import type { ListCursor } from '../list-pages.ts';

/** Cursors as clients see them: opaque there, and doubted when they come back. Undefined: none of ours. */
export function formatListCursor({ item, newer }: ListCursor): string {
  return `${item}.${newer}`;
}

export function parseListCursor(text: string): ListCursor | undefined {
  const [, item = '', newer] = /^([^.]+)\.(\d{1,9})$/.exec(text) ?? [];
  return isUserName(item) ? { item, newer: Number(newer) } : undefined;
}

export function formatPostCursor({ user, key }: PostRef): string {
  return `${key}.${user}`;
}

export function parsePostCursor(text: string): PostRef | undefined {
  const [key = '', user = '', ...others] = text.split('.');
  return isPostKey(key) && isUserName(user) && others.length === 0 ? { user, key } : undefined;
}

/** `heather/post_…`, as events have it. */
export function parsePostId(text: string): PostRef | undefined {
  const [user = '', key = '', ...others] = text.split('/');
  return isPostKey(key) && isUserName(user) && others.length === 0 ? { user, key } : undefined;
}
