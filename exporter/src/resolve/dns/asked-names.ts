import type { Flow } from '../../aggregate/fold.ts';
import type { Listener } from './listener.ts';
import { MalformedAnswerError, parseAnswer } from './message.ts';
import { createNameServers } from './name-servers.ts';
import { createNames } from './names.ts';

/** The names by which programs of this host asked for the addresses that they connect to. */
export interface AskedNames {
  /**
   * Learns from what name servers have answered since the last time: those that are set up on this host, and those
   * that `flows` show to be asked.
   */
  listen(flows: readonly Flow[]): void;
  nameOf(address: string): string | undefined;
  readonly health: HearingHealth;
  close(): void;
}

export interface HearingHealth {
  /** Name servers listened to, and those for which there was no room. */
  readonly heard: number;
  readonly leftOut: number;
  readonly answers: number;
  /** Messages for which the kernel had no room, and those that were none. */
  readonly noRoom: number;
  readonly malformed: number;
  readonly addresses: number;
  readonly displaced: number;
}

export interface AskedNamesOptions {
  readonly listener: Listener;
  /** The name servers that are set up on this host. */
  setUp(): readonly string[];
  /** The network namespace in which the listener hears. */
  readonly netns: number | undefined;
  /** Milliseconds since any time, never set. */
  uptime(): number;
}

const DNS_PORT = 53;

export function createAskedNames({ listener, setUp, netns, uptime }: AskedNamesOptions): AskedNames {
  const servers = createNameServers();
  const names = createNames();
  let heard = 0;
  let answers = 0;
  let malformed = 0;

  function hear(message: Buffer): void {
    try {
      const answer = parseAnswer(message);
      if (!answer) return;
      names.learn(answer, uptime());
      answers++;
    } catch (error) {
      if (!(error instanceof MalformedAnswerError)) throw error;
      malformed++;
    }
  }

  function* askedIn(flows: readonly Flow[]): Generator<string> {
    for (const flow of flows)
      if (flow.port === DNS_PORT && isQuestion(flow) && flow.netns === netns) yield flow.remoteAddress;
  }

  return {
    listen(flows) {
      const wanted = servers.update(setUp(), askedIn(flows), uptime());
      heard = wanted.length;
      listener.read(wanted, uptime(), hear);
    },
    nameOf: (address) => names.nameOf(address, uptime()),
    get health() {
      return {
        heard,
        leftOut: servers.leftOut,
        answers,
        noRoom: listener.lost(),
        malformed,
        addresses: names.size,
        displaced: names.displaced,
      };
    },
    close: () => listener.close(),
  };
}

function isQuestion({ transport, direction, remoteAddress }: Flow): boolean {
  return transport === 'udp' && direction === 'outbound' && remoteAddress !== '';
}
