import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acknowledgesBoot,
  acknowledgesPower,
  parseBootFlags,
  parseController,
  parsePower,
} from '../../../agents/reading/ipmitool.ts';
import { complaints, findingOf } from '../../../agents/reading/ipmitool-complaints.ts';
import { power } from '../../../db/devices/obm.ts';

/** What `ipmitool -v` says whether or not all is well. */
const chatter = `Loading IANA PEN Registry...
Get HPM.x Capabilities request failed, compcode = d4
Running Get VSO Capabilities my_addr 0x20, transit 0, target 0x20
Invalid completion code received: Insufficient privilege level
Discovered IPMB address 0x0
`;

/** What `chassis bootparam get 5` prints for these bytes. */
function bootFlags(
  data: string,
  valid: string,
  persistence: string,
  type: string,
  selector: string,
  header = 'valid/unlocked',
): string {
  return `Boot parameter version: 1
Boot parameter 5 is ${header}
Boot parameter data: ${data}
 Boot Flags :
   - Boot Flag ${valid}
   - Options apply to ${persistence}
   - ${type}
   - Boot Device Selector : ${selector}
   - BIOS verbosity : System Default
   - Console Redirection control : Console redirection occurs per BIOS configuration setting (default)
   - BIOS Mux Control Override : BIOS uses recommended setting of the mux at the end of POST
`;
}

const legacy = 'BIOS PC Compatible (legacy) boot ';
const pxeOnce = bootFlags('8004000000', 'Valid', 'only next boot', legacy, 'Force PXE');

const controller = `Device ID                 : 32
Device Revision           : 1
Firmware Revision         : 1.57
IPMI Version              : 2.0
Manufacturer ID           : 674
Manufacturer Name         : DELL Inc
Product ID                : 256 (0x0100)
Product Name              : Unknown (0x100)
Device Available          : yes
Additional Device Support :
    Sensor Device
Aux Firmware Rev Info     : 
    0x00
`;

describe('power', () => {
  test('is on or off, or not understood', () => {
    expect(parsePower('Chassis Power is on\n')).toBe('on');
    expect(parsePower('Chassis Power is off\n')).toBe('off');
    for (const text of [
      '',
      'Chassis Power is \n',
      'Chassis Power is onoff\n',
      ' Chassis Power is on\n',
      'Chassis Power is on\n\n',
      'on',
    ])
      expect(parsePower(text)).toHaveProperty('problem');
  });

  test('a change is taken when ipmitool names it, and no other', () => {
    const printed = { on: 'Up/On', off: 'Down/Off', cycle: 'Cycle', soft: 'Soft' } as const;
    for (const change of ['on', 'off', 'cycle', 'soft'] as const) {
      for (const said of ['on', 'off', 'cycle', 'soft'] as const)
        expect(acknowledgesPower(`Chassis Power Control: ${printed[said]}\n`, change)).toBe(said === change);
      expect(acknowledgesPower('', change)).toBe(false);
    }
  });
});

describe('boot devices', () => {
  test.each([
    [pxeOnce, { valid: true, boot: { device: 'pxe', persistent: false, uefi: false } }],
    [
      bootFlags('e008000000', 'Valid', 'all future boots', 'BIOS EFI boot ', 'Force Boot from default Hard-Drive'),
      { valid: true, boot: { device: 'disk', persistent: true, uefi: true } },
    ],
    [
      bootFlags('c014000000', 'Valid', 'all future boots', legacy, 'Force Boot from CD/DVD'),
      { valid: true, boot: { device: 'cdrom', persistent: true, uefi: false } },
    ],
    [
      bootFlags('a018000000', 'Valid', 'only next boot', 'BIOS EFI boot ', 'Force Boot into BIOS Setup'),
      { valid: true, boot: { device: 'bios', persistent: false, uefi: true } },
    ],
    [
      bootFlags('8000000000', 'Valid', 'only next boot', legacy, 'No override'),
      { valid: true, boot: { device: 'none', persistent: false, uefi: false } },
    ],
    [
      bootFlags('0004000000', 'Invalid', 'only next boot', legacy, 'Force PXE'),
      { valid: false, boot: { device: 'pxe', persistent: false, uefi: false } },
    ],
    [
      bootFlags('8004000000', 'Valid', 'only next boot', legacy, 'Force PXE', 'invalid/locked'),
      { valid: false, boot: { device: 'pxe', persistent: false, uefi: false } },
    ],
    [
      bootFlags('0010000000', 'Invalid', 'only next boot', legacy, 'Force Boot from Diagnostic Partition'),
      { valid: false, boot: { device: 'none', persistent: false, uefi: false } },
    ],
  ])('%#', (text, flags) => {
    expect(parseBootFlags(text)).toEqual(flags);
  });

  test('bytes and words that differ, or a selector that nobody sets, are not understood', () => {
    for (const text of [
      bootFlags('0004000000', 'Valid', 'only next boot', legacy, 'Force PXE'),
      bootFlags('8004000000', 'Valid', 'all future boots', legacy, 'Force PXE'),
      bootFlags('8004000000', 'Valid', 'only next boot', 'BIOS EFI boot ', 'Force PXE'),
      bootFlags('8004000000', 'Valid', 'only next boot', legacy, 'Force Boot from CD/DVD'),
      bootFlags('8010000000', 'Valid', 'only next boot', legacy, 'Force Boot from Diagnostic Partition'),
      bootFlags('80040000', 'Valid', 'only next boot', legacy, 'Force PXE'),
      pxeOnce.replace('parameter 5', 'parameter 4'),
      pxeOnce.replace('Boot parameter version: 1\n', ''),
      '',
    ])
      expect(parseBootFlags(text)).toHaveProperty('problem');
  });

  test('whatever is damaged in an answer, it is not another boot device', () => {
    const index = fc.nat(pxeOnce.length - 1);
    fc.assert(
      fc.property(index, fc.string({ unit: 'grapheme-ascii', minLength: 0, maxLength: 3 }), (at, put) => {
        const read = parseBootFlags(pxeOnce.slice(0, at) + put + pxeOnce.slice(at + 1));
        if ('boot' in read) expect(read).toMatchObject({ boot: { device: 'pxe', persistent: false, uefi: false } });
      }),
    );
  });

  test('one is taken when ipmitool names it', () => {
    expect(acknowledgesBoot('Set Boot Device to pxe\n', 'pxe')).toBe(true);
    expect(acknowledgesBoot('Set Boot Device to pxe\n', 'disk')).toBe(false);
    expect(acknowledgesBoot('', 'none')).toBe(false);
  });
});

describe('what a BMC is', () => {
  test('is told by name, or by number where there is no name', () => {
    expect(parseController(controller)).toEqual({ manufacturer: 'DELL Inc', product: 'Unknown (0x100)', firmware: '1.57' });
    expect(parseController(controller.replace(/^.* Name .*\n/gm, ''))).toEqual({
      manufacturer: '674',
      product: '256 (0x0100)',
      firmware: '1.57',
    });
  });

  test('comes without control characters, and not endless', () => {
    const read = parseController(controller.replace('DELL Inc', `\x1b[2J${'x'.repeat(500)}\x00`));
    expect(read).toMatchObject({ manufacturer: `[2J${'x'.repeat(97)}` });
  });

  test('is not made up', () => {
    for (const text of [
      '',
      'Device ID : 1\n',
      controller.replace(/^Firmware.*\n/m, ''),
      controller.replace(/^Device ID.*\n/m, ''),
    ])
      expect(parseController(text)).toHaveProperty('problem');
  });
});

describe('complaints', () => {
  const noSession = 'Error: Unable to establish IPMI v2 / RMCP+ session';
  const status = (words: string) => `Error in open session response message : ${words}\n\n${noSession}`;

  test.each([
    // No answer.
    ['no-answer', `Get Auth Capabilities error\nError issuing Get Channel Authentication Capabilities request\n${noSession}`],
    ['no-answer', `Address lookup for nowhere failed\nCould not open socket!\n${noSession}`],
    ['no-answer', noSession],
    // No session.
    ['session-refused', `Get Auth Capabilities error: Unspecified error\n${noSession}`],
    ['session-refused', `This BMC does not support IPMI v2 / RMCP+\n${noSession}`],
    [
      'session-refused',
      `> Error: no response from RAKP 1 message\nSet Session Privilege Level to ADMINISTRATOR failed\n${noSession}`,
    ],
    ['session-refused', status('insufficient resources for session')],
    ['session-refused', status('invalid session ID')],
    ['session-refused', status('invalid payload type')],
    ['session-refused', status('inactive session ID')],
    ['session-refused', status('unauthorized GUID')],
    ['session-refused', status('illegal parameter')],
    ['session-refused', status('Unknown (0x7E)')],
    ['wrong-user', `RAKP 2 message indicates an error : unauthorized name\n${noSession}`],
    ['wrong-user', `RAKP 2 message indicates an error : invalid name length\n${noSession}`],
    ['wrong-user', 'Username is too long (> 16 bytes)'],
    ['wrong-password', `> RAKP 2 HMAC is invalid\n${noSession}`],
    ['wrong-password', `RAKP 4 message indicates an error : invalid integrity check value\n${noSession}`],
    ['wrong-password', `> RAKP 4 message has invalid integrity check value\n${noSession}`],
    ['wrong-password', 'lanplus: password is longer than 20 bytes.'],
    ['cipher', status('invalid authentication algorithm')],
    ['cipher', status('invalid integrity algorithm')],
    ['cipher', status('invalid confidentiality algorithm')],
    ['cipher', status('no matching authentication algorithm')],
    ['cipher', status('no matching integrity payload')],
    ['cipher', status('no matching cipher suite')],
    ['cipher', `Authentication algorithm 0x01 is not what we requested 0x03\n\n${noSession}`],
    ['cipher', "ipmitool: lanplus.c:1839: ipmi_lanplus_build_v2x_msg: Assertion `0' failed."],
    ['privilege', `RAKP 2 message indicates an error : unauthorized role requested\n${noSession}`],
    ['privilege', `RAKP 2 message indicates an error : invalid role\n${noSession}`],
    ['privilege', status('insufficient resources for role')],
    ['privilege', `Set Session Privilege Level to ADMINISTRATOR failed: Unknown (0x81)\n${noSession}`],
    // In a session.
    ['hung', `Set Session Privilege Level to ADMINISTRATOR failed\n${noSession}`],
    ['hung', 'Unable to get Chassis Power Status\nClose Session command failed'],
    ['hung', 'Unable to set Chassis Power Control to Up/On'],
    ['hung', 'Error setting Chassis Boot Parameter 5'],
    ['hung', 'Set Chassis Boot Parameter 0 failed: Parameter not supported\nError setting Chassis Boot Parameter 5'],
    ['hung', 'Set Chassis Power Control to Up/On failed: Timeout'],
    ['refused', 'Set Chassis Power Control to Cycle failed: Command not supported in present state'],
    ['refused', 'Get Chassis Power Status failed: Node busy'],
    ['refused', 'Set Chassis Boot Parameter 5 failed: Unspecified error'],
    ['refused', '> Error: no response from RAKP 3 message\nSet Chassis Power Control to Up/On failed: Node busy'],
    ['privilege', 'Set Chassis Power Control to Up/On failed: Insufficient privilege level'],
    ['refused', 'Info: SOL payload disabled'],
    ['busy', 'Info: SOL payload already active on another session'],
    ['busy', 'Info: SOL payload activation limit reached'],
    ['refused', 'Info: cannot activate SOL payload without encryption'],
    ['privilege', 'Error activating SOL payload: Insufficient privilege level'],
    ['idle', 'Info: SOL payload already de-activated'],
    [undefined, ''],
    [undefined, 'Something else'],
    [undefined, '> Error: no response from RAKP 1 message\nSomething else'],
  ] as const)('%s: %j', (finding, words) => {
    expect(findingOf(`${chatter}${words}\n`)).toBe(finding);
  });

  test('chatter is none, whatever it says', () => {
    expect(complaints(chatter)).toEqual([]);
    expect(complaints(`${chatter}${noSession}\n`)).toEqual([noSession]);
  });

  test('nothing is found in what a program gone mad says', () => {
    const mad = 'Assertion Get Chassis Power failed: Set Chassis Power '.repeat(100_000);
    expect(findingOf(mad)).toBeUndefined();
    expect(findingOf(`${mad}\n`.repeat(3))).toBeUndefined();
  });
});

test('anything at all is read without an exception, and nothing becomes a power state by chance', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(power.safeParse(parsePower(text)).success).toBe(false);
      expect(parseBootFlags(text)).toHaveProperty('problem');
      expect(parseController(text)).toHaveProperty('problem');
      findingOf(text);
    }),
  );
});
