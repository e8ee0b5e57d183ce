import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { nameFault, passwordFault } from '../model/names.ts';
import { problemOf } from '../model/problems.ts';
import type { Answer, Problem } from '../model/answer.ts';
import { FaceImage } from './face-image.tsx';
import { Field } from './field.tsx';
import { Heading } from './heading.tsx';
import { usePage } from './page-context.ts';

/** The page for those who are new. */
export function SignUpPage(): VNode {
  return (
    <div class="account">
      <section class="panel">
        <Heading title="Join in" />
        <SignUpForm />
        <p class="panel-foot">
          Been here before? <a href="/login">Log in</a>
        </p>
      </section>
    </div>
  );
}

/** The page for those who have been here before. */
export function LogInPage(): VNode {
  return (
    <div class="account">
      <section class="panel">
        <Heading title="Log in" />
        <LogInForm />
        <p class="panel-foot">
          New here? <a href="/signup">Join in</a>
        </p>
      </section>
    </div>
  );
}

/** Chooses a name and a password; then one is logged in, too. */
export function SignUpForm(): VNode {
  const page = usePage();
  const form = useAccountForm();
  const { name, password, isTried, problem } = form;
  const nameWrong = nameFault(name.value);
  const passwordWrong = passwordFault(password.value);
  const send = (): Promise<void> =>
    form.send(nameWrong ?? passwordWrong, async () => {
      const answer = await page.api.signUp(name.value, password.value);
      if (answer.kind !== 'ok') return answer;
      return page.logIn(name.value, password.value);
    });
  const isTaken = problem.value?.code === 'user-exists';
  const taken = isTaken ? `@${name.value} is taken. Another name?` : undefined;
  // What is wrong while a name is typed is said at once; that it is still empty only when it is sent.
  const nameShown = name.value === '' && !isTried.value ? undefined : nameWrong;
  return (
    <AccountForm send={send} problem={isTaken ? undefined : problem.value} action="Create account">
      <div class="preview">
        <FaceImage name={name.value} size="large" />
        <p class="hint">{name.value === '' ? 'A face for your name' : `@${name.value}`}</p>
      </div>
      <Field
        id="signup-name"
        label="Name"
        value={name.value}
        change={form.rename}
        autoComplete="username"
        hint="a–z, 0–9 and _"
        fault={taken ?? nameShown}
      />
      <Field
        id="signup-password"
        label="Password"
        value={password.value}
        change={(value) => (password.value = value)}
        autoComplete="new-password"
        hint="8 characters or more"
        fault={isTried.value ? passwordWrong : undefined}
        isPassword
      />
    </AccountForm>
  );
}

function LogInForm(): VNode {
  const page = usePage();
  const form = useAccountForm();
  const { name, password, isTried, problem } = form;
  const nameMissing = name.value === '' ? 'Which name?' : undefined;
  const passwordMissing = password.value === '' ? 'And the password?' : undefined;
  const send = (): Promise<void> =>
    form.send(nameMissing ?? passwordMissing, () => page.logIn(name.value, password.value));
  return (
    <AccountForm send={send} problem={problem.value} action="Log in">
      <Field
        id="login-name"
        label="Name"
        value={name.value}
        change={form.rename}
        autoComplete="username"
        fault={isTried.value ? nameMissing : undefined}
      />
      <Field
        id="login-password"
        label="Password"
        value={password.value}
        change={(value) => (password.value = value)}
        autoComplete="current-password"
        fault={isTried.value ? passwordMissing : undefined}
        isPassword
      />
    </AccountForm>
  );
}

function AccountForm({
  send,
  problem,
  action,
  children,
}: {
  send: () => Promise<void>;
  problem: Problem | undefined;
  action: string;
  children: VNode[];
}): VNode {
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        // Its outcome is shown; whoever made a mistake is put where it is.
        void send().then(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
      }}
    >
      {children}
      {problem !== undefined && (
        <p class="fault" role="alert">
          {problem.detail}
        </p>
      )}
      <button type="submit" class="button button-wide">
        {action}
      </button>
    </form>
  );
}

/** What both forms do alike. */
function useAccountForm() {
  const page = usePage();
  const name = useSignal('');
  const password = useSignal('');
  const isTried = useSignal(false);
  const isSending = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  return {
    name,
    password,
    isTried,
    problem,
    rename: (value: string): void => {
      name.value = value.trim().replace(/^@/, '');
      problem.value = undefined;
    },
    send: async (fault: string | undefined, ask: () => Promise<Answer<unknown>>): Promise<void> => {
      isTried.value = true;
      if (fault !== undefined || isSending.value) return;
      isSending.value = true;
      problem.value = undefined;
      const answer = await ask();
      isSending.value = false;
      if (answer.kind === 'ok') page.go('/');
      else problem.value = problemOf(answer);
    },
  };
}
