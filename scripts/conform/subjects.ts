import { createServer } from '../../lib/server.ts';
import { SOFTWARE } from '../../lib/software.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { Jid } from '../../lib/xmpp/jid.ts';
import { ejabberdVersion, startEjabberd } from '../peers/ejabberd.ts';
import { ACCOUNTS, DOMAIN } from '../peers/peer.ts';
import { prosodyVersion, startProsody } from '../peers/prosody.ts';

/** A server that the kit can be run against: on loopback, with two accounts. */
interface Running {
  readonly name: string;
  readonly boshUrl: string;
  readonly webSocketUrl: string;
  readonly domain: string;
  stop(): Promise<void>;
}

export interface Subject {
  readonly key: string;
  /** It judges overactivity to the letter. */
  readonly strict: boolean;
  /** Undefined when it is not installed. */
  readonly start: () => Promise<Running | undefined>;
}

/** Short, so that checks of its end are quick; seconds. */
const INACTIVITY = 4;

export const SUBJECTS: readonly Subject[] = [
  { key: 'holdfast', strict: true, start: startHoldfast },
  {
    key: 'prosody',
    strict: false,
    start: async () => (prosodyVersion() === undefined ? undefined : startProsody({ inactivity: INACTIVITY })),
  },
  {
    key: 'ejabberd',
    strict: false,
    start: async () => (ejabberdVersion() === undefined ? undefined : startEjabberd({ inactivity: INACTIVITY })),
  },
];

async function startHoldfast(): Promise<Running> {
  const server = await createServer(
    {
      hosts: { [DOMAIN]: { max_resources: 100 } },
      http: { listen: ['127.0.0.1:0'] },
      limits: { sessions_per_address: 0, session_creations_per_minute: 0 },
      bosh: {
        max_hold: 5,
        inactivity: INACTIVITY,
        polling_inactivity: 10,
        polling: 2,
        max_pause: 10,
        strict: true,
        script_syntax: true,
      },
    },
    { store: createMemoryStore() },
  );
  for (const name of ACCOUNTS) {
    const jid = Jid.make(name, DOMAIN);
    if (jid) await server.hosts.find(DOMAIN)?.accounts.create(jid, name);
  }
  await server.listen();
  return {
    name: `${SOFTWARE.name} ${SOFTWARE.version}`,
    boshUrl: server.boshUrl,
    webSocketUrl: server.webSocketUrl,
    domain: DOMAIN,
    stop: () => server.close({ drain: 0 }),
  };
}
