import { expect, it } from 'vitest';
import type { Trace } from '../capture.ts';
import type { ListenerSocket } from './listeners.ts';
import { createSocketOwners } from './socket-owners.ts';

const MANAGER = 7;
const SERVICE = 9;

const socket: ListenerSocket = {
  ...{ netns: 1, transport: 'tcp', address: '0.0.0.0', port: 80, ipv6Only: false },
  ...{ pid: SERVICE, image: 5, recordedPid: MANAGER },
};

const trace: Trace = {
  ...{ connection: 1, netns: 1, transport: 'tcp', direction: 'inbound', pid: MANAGER, image: 4 },
  ...{ localAddress: '10.0.0.1', localPort: 80, remoteAddress: '10.0.0.2', remotePort: 5000 },
  ...{ state: 'open', counted: true, folded: false },
};

it('attributes the trace of a connection like its record', () => {
  const { attributeTrace } = createSocketOwners([socket]);
  expect(attributeTrace(trace)).toEqual({ ...trace, pid: SERVICE, image: undefined });
  const others: Partial<Trace>[] = [{ direction: 'outbound' }, { localPort: 81 }, { pid: 8 }];
  for (const fields of others)
    expect(attributeTrace({ ...trace, ...fields })).toEqual({ ...trace, ...fields });
});
