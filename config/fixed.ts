import type { Checker } from './check/checker.ts';
import { text } from './check/mistakes.ts';

/** What a running gateway was started with. */
export interface Fixed {
  /** Absolute. */
  readonly data: string;
  readonly id?: string | undefined;
}

/** Reports what the gateway that runs cannot follow: its journal and the name of its ids stay what they are. */
export function checkFixed(checker: Checker, found: Fixed, running: Fixed): void {
  if (found.data !== running.data) {
    checker.report(['agent', 'data'], {
      message: text(
        `agent.data: a restart is needed to move from ${running.data} to ${found.data}`,
        `agent.data: é preciso reiniciar para passar de ${running.data} para ${found.data}`,
      ),
      help: RESTART,
    });
  }
  if (found.id !== running.id) {
    checker.report(['agent', 'id'], {
      message: text(
        'agent.id: a restart is needed to change it',
        'agent.id: é preciso reiniciar para alterá-lo',
      ),
      help: RESTART,
    });
  }
}

const RESTART = text(
  'put it back, and the rest of the file is applied at once; or restart Giro (systemctl restart giro)',
  'volte ao valor anterior, e o resto do arquivo é aplicado na hora; ou reinicie o Giro (systemctl restart giro)',
);
