import { AtollError } from '../../core/errors.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { printable } from '../terminal-text.ts';
import { ApiClient, ProblemAnswer } from './api-client.ts';
import { loginFile, readLogin, type Login } from './login-file.ts';

/** What all commands of `atoll trib` are told. */
export interface ServerOptions {
  readonly server: string;
  readonly timeout: number;
  readonly json?: boolean;
}

/** An application server, as a command sees it. */
export interface TribServer {
  readonly url: string;
  readonly client: ApiClient;
  readonly login: Login | undefined;
  readonly isJson: boolean;
  /** Prints one thing, in the way that is asked for. */
  readonly print: (json: object, text: string) => Promise<void>;
  /** Says something beside the output. */
  readonly say: (line: string) => void;
}

/** Runs a command; problems that the server answers with become a line and an exit code. */
export async function withServer(
  { server, timeout, json = false }: ServerOptions,
  run: (server: TribServer) => Promise<void>,
): Promise<void> {
  const url = server.replace(/\/+$/, '');
  if (!/^https?:\/\/[^/\s]+$/.test(url)) {
    throw new AtollError('USAGE', `expected --server http://host:port, got ${server}`);
  }
  const login = await readLogin(loginFile(process.env), url);
  const say = (line: string): void => {
    process.stderr.write(`atoll: ${printable(line)}\n`);
  };
  try {
    await run({
      url,
      client: new ApiClient({ server: url, token: login?.token, timeoutMs: timeout }),
      login,
      isJson: json,
      print: (value, text) => (json ? writeJsonLine(value) : writeOut(text)),
      say,
    });
  } catch (error) {
    if (!(error instanceof ProblemAnswer)) throw error;
    const { code, detail } = error.details;
    const hint = hints[code];
    say(hint === undefined ? detail : `${detail} ${hint}`);
    process.exitCode = exitCodeOf(error);
  }
}

export function mustBeLoggedIn({ login, url }: TribServer): Login {
  if (login !== undefined) return login;
  throw new AtollError('USAGE', `not logged in at ${url}: atoll trib login NAME, or signup NAME`);
}

const hints: Readonly<Record<string, string>> = {
  'not-logged-in': 'The session is over: atoll trib login NAME.',
  'user-exists': 'Is it yours? atoll trib login NAME.',
  'no-such-user': 'atoll trib search finds names.',
  'no-such-target-user': 'atoll trib search finds names.',
  unavailable: 'Try again in a moment.',
};

function exitCodeOf({ details: { status } }: ProblemAnswer): ExitCode {
  if (status === 404) return exitCodes.notFound;
  return status === 400 || status === 413 || status === 422 ? exitCodes.usage : exitCodes.failed;
}
