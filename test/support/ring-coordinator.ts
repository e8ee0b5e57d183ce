import type { HostPort } from '../../src/core/network.ts';
import type { Outside } from '../../src/core/outside.ts';
import { ClientRegistry } from '../../src/resp/client-registry.ts';
import { CommandTable } from '../../src/resp/command-table.ts';
import { RespServer } from '../../src/resp/server.ts';
import { registerCommand } from '../../src/ring/server/commands/register.ts';
import type { RegisterAnswer, Registrant } from '../../src/ring/server/membership.ts';

/** A server that knows `RING REGISTER` and nothing else. */
export async function listenAsCoordinator(
  outside: Outside,
  at: HostPort,
  onRegister: (registrant: Registrant) => RegisterAnswer,
): Promise<void> {
  const register = registerCommand(onRegister);
  const ring = { ...register, name: 'ring', arity: -2, subcommands: [register] };
  const table = new CommandTable<undefined>([ring]);
  await RespServer.listen({
    outside,
    at,
    clients: new ClientRegistry(),
    execute: (batch) => {
      while (batch.next()) table.dispatch(undefined, batch, batch.client);
    },
  });
}
