import { text } from '../../../config/check/mistakes.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import { isOwned } from '../../journal/lock.ts';
import { checkCertificates } from './certificates.ts';
import { checkClock } from './clock.ts';
import { checkDevices } from './devices.ts';
import { checkDisk } from './disk.ts';
import { CHECKS, type Check, type CheckName, type Finding, type Patient } from './finding.ts';
import { checkJournal } from './journal.ts';
import { checkDns, checkProxy, checkTls } from './network.ts';
import { checkPermissions } from './permissions.ts';
import { checkPorts } from './ports.ts';
import { checkRuntime } from './runtime.ts';

const STEPS: Readonly<Record<CheckName, Check>> = {
  runtime: () => checkRuntime(),
  configuration: ({ configuration: { path, turnstiles, webhooks } }) => {
    const cause = text(
      `${path} is valid: turnstiles ${turnstiles.length}, webhooks ${webhooks.length}`,
      `${path} é válido: catracas ${turnstiles.length}, webhooks ${webhooks.length}`,
    );
    return [{ check: 'configuration', state: 'ok', cause }];
  },
  permissions: checkPermissions,
  disk: checkDisk,
  clock: checkClock,
  ports: checkPorts,
  dns: checkDns,
  proxy: checkProxy,
  tls: checkTls,
  certificates: checkCertificates,
  devices: checkDevices,
  journal: checkJournal,
};

/** Looks at everything unless told otherwise, one check after the other; `onFindings` hears each as it is done. A check that breaks is one that failed. */
export async function examine(
  { checks = CHECKS, ...patient }: Omit<Patient, 'running'> & { readonly checks?: readonly CheckName[] },
  onFindings: (findings: readonly Finding[]) => void,
): Promise<readonly Finding[]> {
  const all: Finding[] = [];
  const running = isRunning(patient.configuration.agent.data);
  for (const check of checks) {
    const findings = await attempt(check, { ...patient, running });
    onFindings(findings);
    all.push(...findings);
  }
  return all;
}

async function attempt(check: CheckName, patient: Patient): Promise<readonly Finding[]> {
  try {
    return await STEPS[check](patient);
  } catch (error) {
    patient.signal.throwIfAborted();
    // A disk that cannot be read, a kernel without a table: said like what it kept from being known.
    const why = error instanceof Error ? error.message : String(error);
    return [
      { check, state: 'fail', cause: text(`this check broke: ${why}`, `esta verificação falhou: ${why}`) },
    ];
  }
}

/** A lock that this user may not look at is somebody else's. */
function isRunning(data: string): boolean {
  try {
    return isOwned(data);
  } catch (error) {
    if (error instanceof GiroError) return true;
    throw error;
  }
}
