import type { PostRef } from '../post-key.ts';

/**
 * The keys of the ring. What stands before the `:` decides about the node: all of a user is at one (Tribbler §4.2). Names of
 * users have no `-`, so the application's own keys are nobody's.
 */
export const keys = {
  user: (user: string): string => `${user}:usrid`,
  subscriptions: (user: string): string => `${user}:sublist`,
  followers: (user: string): string => `${user}:followers`,
  posts: (user: string): string => `${user}:triblist`,
  post: ({ user, key }: PostRef): string => `${user}:${key}`,
  once: (user: string, onceKey: string): string => `${user}:once_${onceKey}`,
  onceList: (user: string): string => `${user}:oncelist`,
  session: (hash: string): string => `session-${hash}:session`,
  index: (prefix: string): string => `users-${prefix}:index`,
} as const;
