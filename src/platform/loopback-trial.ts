import { createServer, Socket } from 'node:net';
import type { AddressInfo, ServerOpts } from 'node:net';

const trialTimeoutMs = 1_000;

export interface LoopbackTrial {
  readonly server?: ServerOpts;
  /** Called with the accepted end. What it throws means that it does not work. */
  readonly onAccepted: (accepted: Socket, finish: (isWorking: boolean) => void) => void;
  /** Called with the end that dialled, before it dials. */
  readonly onClient: (client: Socket, finish: (isWorking: boolean) => void) => void;
}

/**
 * Tries out on a connection to ourselves whether something that node does not document works here. A fault, or a second without a
 * result, means that it does not.
 */
export function tryOnLoopback({
  server: options,
  onAccepted,
  onClient,
}: LoopbackTrial): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer(options ?? {});
    const client = new Socket();
    const timeout = setTimeout(() => finish(false), trialTimeoutMs);
    const finish = (isWorking: boolean): void => {
      clearTimeout(timeout);
      client.destroy();
      server.close();
      resolve(isWorking);
    };
    server.on('error', () => finish(false));
    client.on('error', () => finish(false));
    server.on('connection', (accepted) => {
      try {
        onAccepted(accepted, finish);
      } catch {
        // Whatever a changed internal throws means the same: it does not work here.
        finish(false);
      }
    });
    onClient(client, finish);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      client.connect(port, '127.0.0.1');
    });
  });
}
