import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from '../../src/core/network.ts';

const newKey: readonly string[] = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'.split(
  ' ',
);

/** Signs certificates for tests. Made anew each time: a key in the tree would be found by every scanner. */
export class Authority {
  readonly #folder: string;

  /** Throws if there is no `openssl` command. */
  constructor(name: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'atoll-authority-'));
    process.once('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
    const files = ['-keyout', this.#path('ca.key'), '-out', this.#path('ca.crt')];
    this.#openssl('req', '-x509', ...newKey, ...files, '-subj', `/CN=${name}`, '-days', '2');
  }

  /** A key and its certificate, with the authority's own. */
  issue(name: string): TlsOptions {
    const files = ['-keyout', this.#path('own.key'), '-out', this.#path('own.csr')];
    this.#openssl('req', ...newKey, ...files, '-subj', `/CN=${name}`);
    const request = ['-in', this.#path('own.csr'), '-out', this.#path('own.crt'), '-days', '2'];
    const signer = ['-CA', this.#path('ca.crt'), '-CAkey', this.#path('ca.key')];
    this.#openssl('x509', '-req', ...request, ...signer, '-CAcreateserial');
    return { key: this.#read('own.key'), cert: this.#read('own.crt'), ca: this.#read('ca.crt') };
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }

  #read(file: string): string {
    return readFileSync(this.#path(file), 'utf8');
  }

  #openssl(...words: string[]): void {
    execFileSync('openssl', words, { stdio: 'pipe' });
  }
}

/** Undefined, with a reason to skip, where there is no `openssl` command. */
export const authority: Authority | undefined = tryAuthority('the cluster');
export const noAuthorityReason: string | false =
  authority === undefined && 'certificates are made by the openssl command, which is not there';

function tryAuthority(name: string): Authority | undefined {
  try {
    return new Authority(name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
