import type { ApiRequest, RequestHeaders } from './request.ts';

/** The cookie of a session. Browsers take the first name only with `Secure`, which plain HTTP on this machine has not. */
const securedName = '__Host-atoll-session';
const localName = 'atoll-session';

/** The token that a request comes with: as a program's bearer token, or a browser's cookie. */
export function tokenOf(request: RequestHeaders): string | undefined {
  const authorization = request.header('authorization');
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return cookieOf(request);
}

/**
 * Whether another site may have sent the request by the hand of a browser that holds our cookie. Browsers say where a request that
 * changes something comes from; programs say nothing, and have no cookies.
 */
export function isCrossSite(request: RequestHeaders): boolean {
  const origin = request.header('origin');
  if (origin !== undefined) return hostOf(origin) !== request.header('host');
  const site = request.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return request.header('authorization') === undefined && cookieOf(request) !== undefined;
}

/** The `Set-Cookie` that begins a session, or ends it with an empty token. */
export function sessionCookie(
  request: ApiRequest,
  { token, seconds }: { readonly token: string; readonly seconds: number },
): string {
  const isLocal = isAtThisMachine(request);
  const name = isLocal ? localName : securedName;
  const secure = isLocal ? '' : '; Secure';
  return `${name}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}

function cookieOf(request: RequestHeaders): string | undefined {
  for (const pair of (request.header('cookie') ?? '').split(';')) {
    const [name = '', value = ''] = pair.trim().split('=');
    if ((name === securedName || name === localName) && value !== '') return value;
  }
  return undefined;
}

/** Whether cookies need no TLS: it is addressed as this machine, over plain HTTP. */
function isAtThisMachine(request: ApiRequest): boolean {
  const host = request.header('host') ?? '';
  return !request.isTls && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/(.+)$/.exec(origin)?.[1];
}
