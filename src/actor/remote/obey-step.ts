import { AtollError } from '../../core/errors.ts';
import type { Address } from '../address.ts';
import type { Step } from './handshake.ts';
import type { Wire } from './wire.ts';

/** Does on the wire what a step of the handshake says; both ends of a link obey in the same way. */
export function obeyStep(
  step: Step,
  wire: Wire,
  peerName: string,
  onAgreed: (peer: Address, stream: number) => void,
): void {
  switch (step.kind) {
    case 'continue':
      wire.writeFrame(step.reply);
      return;
    case 'agree':
      wire.trust();
      if (step.reply !== undefined) wire.writeFrame(step.reply);
      onAgreed(step.peer, step.stream);
      return;
    case 'refuse':
      wire.writeFrame(step.reply);
      wire.end(refused(`${peerName} is refused: ${step.refusal.text}`));
      return;
    case 'refused':
      wire.end(refused(`${peerName} refused this system: ${step.refusal.text}`));
      return;
    case 'invalid':
      wire.fail('FRAME_INVALID', step.reason);
      return;
    case 'leave':
      wire.end();
      return;
  }
}

function refused(message: string): AtollError {
  return new AtollError('HELLO_REFUSED', message);
}
