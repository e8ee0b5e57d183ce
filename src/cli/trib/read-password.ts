import { createInterface } from 'node:readline';

import { AtollError } from '../../core/errors.ts';

/**
 * The password: of `ATOLL_PASSWORD`; on a terminal asked for and not shown; else the first line of stdin. It is no argument, since
 * everybody on a machine can read those.
 */
export async function readPassword({ isNew }: { readonly isNew: boolean }): Promise<string> {
  const given = process.env['ATOLL_PASSWORD'];
  if (given !== undefined && given !== '') return given;
  if (!process.stdin.isTTY) return await readFirstLine();
  const password = await askHidden('Password: ');
  if (isNew && (await askHidden('Again: ')) !== password) {
    throw new AtollError('USAGE', 'the passwords differ');
  }
  return password;
}

async function readFirstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  throw new AtollError('USAGE', 'expected the password on stdin, in ATOLL_PASSWORD or typed');
}

/** Reads a line from the terminal without showing it. Ctrl-C ends the program, as ever. */
function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const { stdin } = process;
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      process.stderr.write('\n');
    };
    const onData = (data: string | Buffer): void => {
      for (const character of String(data)) {
        if (character === '\u0003' || character === '\u0004') {
          end();
          if (character === '\u0003') process.kill(process.pid, 'SIGINT');
          return reject(new AtollError('USAGE', 'no password was given'));
        }
        if (character === '\r' || character === '\n') {
          end();
          return resolve(typed);
        }
        if (character === '\u007f' || character === '\b') typed = typed.replace(/.$/u, '');
        else typed += character;
      }
    };
    stdin.on('data', onData);
  });
}
