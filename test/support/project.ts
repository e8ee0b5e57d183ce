import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

/** A small project in a folder of its own, for tests of what works on projects. */
export class Project {
  readonly root: string;

  /** Gone again when the test `t` is done. */
  constructor(t: TestContext) {
    this.root = fs.mkdtempSync(join(tmpdir(), 'atoll-project-'));
    t.after(() => fs.rmSync(this.root, { recursive: true }));
  }

  /** The absolute path of `path`. */
  at(path: string): string {
    return join(this.root, path);
  }

  write(path: string, text: string): void {
    fs.mkdirSync(dirname(this.at(path)), { recursive: true });
    fs.writeFileSync(this.at(path), text, { mode: 0o755 });
  }

  /** Copies a file or folder to the same place as in `from`. */
  copy(from: string, path: string): void {
    fs.cpSync(join(from, path), this.at(path), { recursive: true });
  }
}
