/** The cookie of a session. Browsers take the first name only with `Secure`, which plain HTTP on this machine has not. */
const securedName = '__Host-atoll-session';
const localName = 'atoll-session';

/** The token that a request comes with: as a program's bearer token, or a browser's cookie. */
export function tokenOf(headers: Headers): string | undefined {
  const authorization = headers.get('authorization');
  if (authorization !== null) return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return cookieOf(headers);
}

/**
 * Whether another site may have sent the request by the hand of a browser that holds our cookie. Browsers say where a request that
 * changes something comes from; programs say nothing, and have no cookies.
 */
export function isCrossSite(headers: Headers): boolean {
  const origin = headers.get('origin');
  if (origin !== null) return hostOf(origin) !== headers.get('host');
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  return headers.get('authorization') === null && cookieOf(headers) !== undefined;
}

/** The `Set-Cookie` that begins a session, or ends it with an empty token. */
export function sessionCookie({
  token,
  seconds,
  isLocal,
}: {
  readonly token: string;
  readonly seconds: number;
  readonly isLocal: boolean;
}): string {
  const name = isLocal ? localName : securedName;
  const secure = isLocal ? '' : '; Secure';
  return `${name}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}

function cookieOf(headers: Headers): string | undefined {
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const [name = '', value = ''] = pair.trim().split('=');
    if ((name === securedName || name === localName) && value !== '') return value;
  }
  return undefined;
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/(.+)$/.exec(origin)?.[1];
}
