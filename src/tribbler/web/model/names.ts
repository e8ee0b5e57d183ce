/** What is wrong with a user name, in words; undefined if nothing is. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'Choose a name.';
  if (/[A-Z]/.test(name)) return 'Small letters only, please.';
  if (!/^[a-z0-9_]*$/.test(name)) return 'Only a–z, 0–9 and _ can be in a name.';
  if (name.length > 30) return 'A name has at most 30 letters.';
  return undefined;
}

/** What is wrong with a new password, in words; undefined if nothing is. */
export function passwordFault(password: string): string | undefined {
  if (password.length < 8) return 'At least 8 characters, please.';
  if (password.length > 200) return 'At most 200 characters, please.';
  return undefined;
}

/** What somebody typed to find people, as a prefix of names: `@Hea` looks for `hea`. */
export function asPrefix(typed: string): string {
  return typed.trim().replace(/^@/, '').toLowerCase();
}
