import { tribblerLimits } from '../core/limits.ts';

const { userNameLettersMax } = tribblerLimits;
const pattern = new RegExp(`^[a-z0-9_]{1,${userNameLettersMax}}$`);

/** Names have no `:` and no `-`: with one they would reach keys of others, or of the application itself. */
export function isUserName(text: string): boolean {
  return pattern.test(text);
}
