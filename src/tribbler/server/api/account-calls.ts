import { tribblerLimits } from '../../../core/limits.ts';
import type { Me, Session, User } from '../../api-types.ts';
import { formatTime } from '../../rfc3339.ts';
import { isUserName } from '../../user-name.ts';
import type { ApiParts } from './api-parts.ts';
import { json, noContent, tooMany } from './answers.ts';
import { problem } from './problems.ts';
import type { Router } from './router.ts';
import * as schemas from './schemas.ts';
import { sessionCookie } from './session-token.ts';

const { userNameLettersMax, passwordLettersMin, passwordLettersMax, sessionMs } = tribblerLimits;

/** Making users, logging in and out. */
export function addAccountCalls(router: Router, parts: ApiParts): void {
  addSignUp(router, parts);
  addSessions(router, parts);
  router.addForUser(
    {
      method: 'get',
      path: '/v1/me',
      summary: 'Who is logged in',
      ok: { status: 200, description: 'The user', schema: schemas.me },
      problems: [],
    },
    async (_, { user, untilMs }) => {
      const outcome = await parts.service.profile(user);
      if (outcome.status !== 'OK') return problem('not-logged-in', 'The user is not there.');
      const me: Me = { ...outcome.value, expires: formatTime(untilMs) };
      return json(200, me);
    },
  );
}

function addSignUp(router: Router, { accounts, limiters }: ApiParts): void {
  router.add(
    {
      method: 'post',
      path: '/v1/users',
      summary: 'Create a user',
      body: schemas.signUpBody,
      ok: { status: 201, description: 'Created', schema: schemas.user },
      problems: ['user-exists', 'invalid-name', 'invalid-password', 'too-many-requests'],
    },
    async ({ body: { id, password }, request: { address } }) => {
      if (!isUserName(id)) {
        const message = `expected 1 to ${userNameLettersMax} of a to z, 0 to 9 and _`;
        const errors = [{ path: 'id', message }];
        return problem('invalid-name', `This cannot be a name: ${message}.`, { errors });
      }
      if (password.length < passwordLettersMin || password.length > passwordLettersMax) {
        const message = `expected ${passwordLettersMin} to ${passwordLettersMax} characters`;
        const errors = [{ path: 'password', message }];
        return problem('invalid-password', `This cannot be a password: ${message}.`, { errors });
      }
      const waitMs = limiters.signUps.take(address);
      if (waitMs > 0) return tooMany(waitMs);
      const outcome = await accounts.signUp(id, password);
      if (outcome.status !== 'OK') return problem('user-exists', `There is a user ${id} already.`);
      const user: User = { id, created: outcome.value.created };
      return json(201, user, ['location', `/v1/users/${id}`]);
    },
  );
}

function addSessions(router: Router, { accounts, limiters }: ApiParts): void {
  router.add(
    {
      method: 'post',
      path: '/v1/sessions',
      summary: 'Log in',
      body: schemas.logInBody,
      ok: { status: 201, description: 'Logged in', schema: schemas.session },
      problems: ['wrong-password', 'too-many-requests'],
    },
    async ({ body: { user, password, cookie }, request }) => {
      const waitMs = limiters.logIns.take(request.address);
      if (waitMs > 0) return tooMany(waitMs);
      // A name that is none is not counted: the books are bounded.
      const nameWaitMs = isUserName(user) ? limiters.logInsByName.take(user) : 0;
      if (nameWaitMs > 0) return tooMany(nameWaitMs);
      const isShort = password.length <= passwordLettersMax;
      const begun = isShort ? await accounts.logIn(user, password) : undefined;
      if (begun === undefined) {
        return problem('wrong-password', 'There is no user of this name with this password.');
      }
      limiters.logInsByName.giveBack(user);
      const { token, untilMs } = begun;
      const session: Session = { user, expires: formatTime(untilMs) };
      if (cookie !== true) return json(201, { ...session, token });
      const seconds = Math.floor(sessionMs / 1_000);
      return json(201, session, ['set-cookie', sessionCookie(request, { token, seconds })]);
    },
  );
  router.addForUser(
    {
      method: 'delete',
      path: '/v1/sessions',
      summary: 'Log out',
      ok: { status: 204, description: 'Logged out' },
      problems: ['cross-site'],
    },
    async ({ request }, { token }) => {
      await accounts.end(token);
      return noContent(['set-cookie', sessionCookie(request, { token: '', seconds: 0 })]);
    },
  );
}
