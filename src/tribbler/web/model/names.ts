import { tribblerLimits } from '../../../core/limits.ts';
import { isUserName } from '../../user-name.ts';

const { userNameLettersMax, passwordLettersMin, passwordLettersMax } = tribblerLimits;

/** What is wrong with a user name, in words; undefined if nothing is. */
export function nameFault(name: string): string | undefined {
  if (isUserName(name)) return undefined;
  if (name === '') return 'Choose a name.';
  if (/[A-Z]/.test(name)) return 'Small letters only, please.';
  if (name.length > userNameLettersMax) return `A name has at most ${userNameLettersMax} letters.`;
  return 'Only a–z, 0–9 and _ can be in a name.';
}

/** What is wrong with a new password, in words; undefined if nothing is. */
export function passwordFault(password: string): string | undefined {
  if (password.length < passwordLettersMin) {
    return `At least ${passwordLettersMin} characters, please.`;
  }
  if (password.length > passwordLettersMax) {
    return `At most ${passwordLettersMax} characters, please.`;
  }
  return undefined;
}

/** What somebody typed to find people, as a prefix of names: `@Hea` looks for `hea`. */
export function asPrefix(typed: string): string {
  return typed.trim().replace(/^@/, '').toLowerCase();
}
