import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. This file runs as `dist/tools/project-root.js`. */
export const projectRoot: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
