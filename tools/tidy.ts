import { projectRoot } from './project-root.ts';
import { formatFinding, tidy } from './tidy/tidy.ts';
import { readTree } from './tidy/tree.ts';

// The project lints itself; `npm run check` and tools/tidy/tidy.test.ts call the same rules.
const findings = tidy(readTree(projectRoot));
for (const finding of findings) console.log(formatFinding(finding));
if (findings.length > 0) process.exitCode = 1;
