import { Command } from 'commander';

import { AdminClient } from '../admin-client.ts';
import { geoAdminOption } from '../admin-option.ts';
import { readBackup } from '../geo/backup-stream.ts';
import { fillDataFolder } from '../geo/data-folder.ts';
import { bytesWords, countWords } from '../figures.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { standardProgress } from '../progress.ts';
import type { GeoStatus } from '../geo/geo-status.ts';

interface BackupOptions {
  readonly admin: string;
  readonly json?: boolean;
}

/** `atoll geo backup`: everything that a running server has, in a folder. */
export function geoBackupCommand(): Command {
  return new Command('backup')
    .description('write everything that a running geo server has into a folder')
    .argument('<folder>', 'an empty folder, or one to be made')
    .addOption(geoAdminOption())
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Everything that the server acknowledged before is in it; each key is as it was at some moment during the backup. What was
written is read back and checked. Any server of a cluster has everything; ask one.`,
    )
    .action(async (folder: string, { admin, json }: BackupOptions) => {
      const progress = standardProgress('backing up', json === true);
      let [clusterId, expected] = ['', 0];
      const received = await new AdminClient<GeoStatus>(admin).backup();
      const slices = readBackup(received, (head) => {
        clusterId = head.clusterId;
        expected = head.keys + head.tombstones;
      });
      const content = await fillDataFolder(folder, slices, ({ keys, tombstones, bytes }) => {
        const words = `${countWords(keys)} keys, ${bytesWords(bytes)}`;
        progress.update(keys + tombstones, expected, words);
      }).finally(() => progress.end());
      if (json === true) await writeJsonLine({ event: 'backup', folder, clusterId, ...content });
      else {
        const { keys, tombstones, bytes } = content;
        const what = `${countWords(keys)} keys and ${countWords(tombstones)} tombstones, ${bytesWords(bytes)}`;
        await writeOut(`${what}, are in ${folder}; read back and checked.\n`);
      }
    });
}
