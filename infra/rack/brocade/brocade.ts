import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { brocadeConfiguration } from './configuration.ts';
import { Refused, refusalAnswer } from './refused.ts';
import { answerRequest } from './requests.ts';

/** What a simulated VDX is made of; its ports are named `104/0/10`, or `FortyGigabitEthernet104/0/49` if they are of another type. */
export interface BrocadeOptions extends SwitchOptions {
  /** The type of ports that are named by numbers alone. */
  readonly interfaceType?: string;
  /** Whether it listens for HTTPS instead of HTTP. */
  readonly tls?: boolean;
  /** Whether a port may only have VLANs that were made before; whether that is so is not known, so by default naming one makes it. */
  readonly vlanMustExist?: boolean;
}

/** Starts a simulated Brocade VDX 6740 (Network OS 4.1, logical chassis) with its REST server, as `startSwitch` does. */
export function startBrocade(options: BrocadeOptions): Promise<SimulatedSwitch> {
  const { interfaceType = 'TenGigabitEthernet', tls = false, vlanMustExist = false } = options;
  return startSwitch(
    {
      type: 'brocade',
      portName: { pattern: /^([A-Za-z]+)?\d{1,3}\/\d{1,3}(\/\d{1,3})?$/, example: '104/0/10' },
      sessions: 10,
      model: brocadeConfiguration,
      http: {
        realm: 'Access to REST',
        tls,
        answer: (session, request) => answerRequest(session, request, { interfaceType, vlanMustExist }),
        refusal: () => refusalAnswer(new Refused(400, 'operation-failed', 'the operation failed')),
      },
    },
    options,
  );
}
