import { Command } from 'commander';

import { fillDataFolder } from '../geo/data-folder.ts';
import { readDataFolder } from '../geo/read-data-folder.ts';
import { bytesWords, countWords } from '../figures.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { standardProgress } from '../progress.ts';

interface RestoreOptions {
  readonly data: string;
  readonly json?: boolean;
}

/** `atoll geo restore`: a data folder for a new cluster, from a backup. */
export function geoRestoreCommand(): Command {
  return new Command('restore')
    .description('make a data folder for a new cluster from a backup')
    .argument('<backup>', 'a folder that `atoll geo backup` wrote; it is not changed')
    .requiredOption('--data <folder>', 'an empty folder, or one to be made')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
What is restored belongs to a cluster of its own and cannot join the old one, where its old values would beat deletes that
are forgotten. Start one server with it, and let new, empty servers join that.`,
    )
    .action(async (backup: string, { data, json }: RestoreOptions) => {
      const progress = standardProgress('restoring', json === true);
      const slices = readDataFolder(backup, (done, total) =>
        progress.update(done, total, `${bytesWords(done)} of ${bytesWords(total)} read`),
      );
      const content = await fillDataFolder(data, slices, ({ keys, bytes }) =>
        progress.update(0, 0, `${countWords(keys)} keys, ${bytesWords(bytes)} written`),
      ).finally(() => progress.end());
      if (json === true) await writeJsonLine({ event: 'restore', backup, data, ...content });
      else {
        const { keys, tombstones } = content;
        const what = `${countWords(keys)} keys and ${countWords(tombstones)} tombstones`;
        await writeOut(`${what} are in ${data}: atoll geo --data ${data}\n`);
      }
    });
}
