/** What the usual codes of the operating system mean to whoever reads the message. */
const meaningByCode: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'this user may not use it (ports below 1024 need a privilege)'],
  ['EADDRINUSE', 'the address is in use by another listener'],
  ['EADDRNOTAVAIL', 'this machine does not have the address'],
  ['ECONNREFUSED', 'nobody listens there'],
  ['ECONNRESET', 'the other end reset it'],
  ['EDQUOT', 'the quota of this user is used up'],
  ['EHOSTUNREACH', 'there is no way to the host'],
  ['EIO', 'the disk reports an error'],
  ['EMFILE', 'this process has no file descriptor left'],
  ['ENFILE', 'this machine has no file descriptor left'],
  ['ENETUNREACH', 'there is no way to the network'],
  ['ENOENT', 'there is no such file'],
  ['ENOSPC', 'no space is left on the disk'],
  ['ENOTFOUND', 'the host name is not known'],
  ['EPIPE', 'the other end does not read any more'],
  ['EROFS', 'the file system is mounted read-only'],
  ['ETIMEDOUT', 'the other end does not answer'],
]);

/** `nobody listens there (ECONNREFUSED)`; the message of the error where we have no better words. */
export function faultWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const meaning = code === undefined ? undefined : meaningByCode.get(code);
  return meaning === undefined ? error.message || (code ?? error.name) : `${meaning} (${code})`;
}
