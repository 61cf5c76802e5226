import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import type { Element } from '../../lib/xml/index.ts';
import { Jid } from '../../lib/xmpp/jid.ts';
import { StreamError, type StreamCondition } from '../../lib/xmpp/stream-error.ts';
import { FrameClient, OPEN } from '../support/frame-client.ts';
import { postPoll, START as POLLING_START, type PollingAnswer } from '../support/polling-client.ts';
import { RawSession } from '../support/raw-session.ts';
import { read } from '../support/read-xml.ts';
import { startServer } from '../support/running-server.ts';
import { TALKERS } from '../support/talker.ts';
import { START, TcpClient } from '../support/tcp-client.ts';
import { conditionIn, WITNESSES, type Witness } from '../support/witness.ts';

const SM = 'urn:xmpp:sm:3';

/** The rows of the table that people read, by what happened; each has what stands in backticks, by column. */
function table(): Map<string, ReadonlyMap<string, string[]>> {
  const page = readFileSync('docs/reference/errors.md', 'utf8');
  const section = page.slice(page.indexOf('## The same end on each transport')).split('\n## ')[0] ?? '';
  const [head = [], , ...rows] = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return new Map(
    rows.map(([what = '', ...cells]) => {
      const told = cells.map((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, word = '']) => word));
      return [what, new Map(told.map((words, index) => [head[index + 1] ?? '', words]))];
    }),
  );
}

type Server = HoldfastServer;

/** What ends a session, when it has one. */
const ENDS: Readonly<Record<string, (witness: Witness, server: Server) => Promise<void> | void>> = {
  'what is no XML': (witness) => witness.say('<message xmlns="jabber:client"></body>'),
  'a stanza of more than 256 KiB': (witness) =>
    witness.say(`<message xmlns='jabber:client'><body>${'x'.repeat(300 * 1024)}</body></message>`),
  'an element that is no stanza': (witness) => witness.say(`<nothing xmlns='jabber:client'/>`),
  'a stanza from somebody else': (witness) => witness.say(`<presence xmlns='jabber:client' from='bob@localhost'/>`),
  'its client goes on over another transport': async (witness, { webSocketUrl }) => {
    const { id, h } = await witness.enable();
    const other = await FrameClient.connect(webSocketUrl);
    await other.authenticate('alice');
    other.send(`<resume xmlns='${SM}' previd='${id}' h='${h}'/>`);
    await other.named('resumed');
    await other.leave();
  },
  'an operator ends it': (_witness, server) => end(server, 'policy-violation'),
  'too much waits for the client': (_witness, server) => end(server, 'resource-constraint'),
  'a fault of the server': (_witness, server) => end(server, 'internal-server-error'),
  'the server stops': (_witness, server) => stop(server),
};

function end({ hosts }: Server, condition: StreamCondition): void {
  const sessions = hosts.find('localhost')?.sessions;
  const jid = Jid.parse('alice@localhost');
  for (const session of (jid && sessions?.of(jid)) ?? []) session.end(new StreamError(condition));
}

type Ask = (server: Server) => Promise<string[]>;

const stop = ({ manager, webSockets, frameSessions, polling, tcp }: Server): void => {
  for (const carriers of [manager, webSockets, frameSessions, polling, tcp]) carriers.shutdown();
};
const openBosh: Ask = async ({ boshUrl }) => conditionOf(await new RawSession(boshUrl).open());
/** The status of a handshake that is refused. */
const openWebSocket: Ask = async ({ webSocketUrl }) => {
  const outcome = await FrameClient.connect(webSocketUrl).catch((error: unknown) => String(error));
  return typeof outcome === 'string' ? (/\d{3}$/.exec(outcome)?.slice() ?? []) : ['connected'];
};
const openFrames: Ask = async ({ urls }) => statusOf(await fetch(`${urls[0]}/xmpp/v1/sessions`, { method: 'POST' }));
const openPolling: Ask = async ({ urls }) => told(await postPoll(`${urls[0]}/http-poll`, `0,${POLLING_START}`));
const openTcp: Ask = async ({ tcp }) => {
  const client = await TcpClient.connect(tcp.urls[0] ?? '');
  return conditionIn(await client.rest());
};
const OPENING = {
  BOSH: openBosh,
  WebSocket: openWebSocket,
  'frame sessions': openFrames,
  'XEP-0025': openPolling,
  TCP: openTcp,
};

/** What keeps a session from being opened, or used, by column. */
const REFUSALS: Readonly<Record<string, Readonly<Record<string, Ask>>>> = {
  'a domain that is not served': {
    BOSH: async ({ boshUrl }) => conditionOf(await new RawSession(boshUrl, 'nowhere.example').open()),
    async WebSocket({ webSocketUrl }) {
      const client = await FrameClient.connect(webSocketUrl);
      client.send(OPEN.replace('localhost', 'nowhere.example'));
      return [...conditionIn((await client.rest()).join('')), String(await client.closed)];
    },
    async 'frame sessions'(server) {
      const talker = await TALKERS['long-polling']?.(server);
      talker?.say(OPEN.replace('localhost', 'nowhere.example'));
      return conditionIn((await talker?.ended) ?? '');
    },
    async 'XEP-0025'({ urls }) {
      return told(await postPoll(`${urls[0]}/http-poll`, `0,${POLLING_START.replace('localhost', 'nowhere.example')}`));
    },
    async TCP({ tcp }) {
      const client = await TcpClient.connect(tcp.urls[0] ?? '');
      client.say(START.replace('localhost', 'nowhere.example'));
      return conditionIn(await client.rest());
    },
  },
  'no such session': {
    BOSH: ({ boshUrl }) => postBosh(boshUrl, "sid='none' rid='1'"),
    'frame sessions': async ({ urls }) => statusOf(await fetch(`${urls[0]}/xmpp/v1/sessions/none/poll`)),
    'XEP-0025': async ({ urls }) => told(await postPoll(`${urls[0]}/http-poll`, 'none,')),
  },
  'a key that is wrong': {
    async BOSH({ boshUrl }) {
      const session = new RawSession(boshUrl);
      await session.open(`hold='1' wait='5' newkey='${'a'.repeat(40)}'`);
      return conditionOf(await session.post('', "key='wrong'"));
    },
    async 'XEP-0025'({ urls }) {
      const { identifier } = await postPoll(`${urls[0]}/http-poll`, `0;k,${POLLING_START}`);
      return told(await postPoll(`${urls[0]}/http-poll`, `${identifier};wrong,`));
    },
  },
  'too many sessions from one address': perTransport(async (server, ask) => {
    await new RawSession(server.boshUrl).open();
    return ask(server);
  }),
  'a session is opened while the server stops': perTransport((server, ask) => {
    stop(server);
    return ask(server);
  }),
};

function perTransport(refuse: (server: Server, ask: Ask) => Promise<string[]>): Record<string, Ask> {
  return Object.fromEntries(Object.entries(OPENING).map(([name, ask]) => [name, (server) => refuse(server, ask)]));
}

async function postBosh(url: string, attributes: string): Promise<string[]> {
  const body = `<body xmlns='http://jabber.org/protocol/httpbind' ${attributes}/>`;
  return conditionOf(read(await (await fetch(url, { method: 'POST', body })).text()));
}

function conditionOf({ attrs }: Element): string[] {
  return attrs['condition'] === undefined ? [] : [attrs['condition']];
}

function statusOf({ status }: Response): string[] {
  return [String(status)];
}

function told({ identifier, body }: PollingAnswer): string[] {
  return [identifier, ...conditionIn(body)];
}

describe('one end, told on each transport', () => {
  const rows = table();
  const servers: Server[] = [];
  let server: Server;

  before(async () => {
    server = await start();
  });

  after(() => Promise.all(servers.map((each) => each.close({ drain: 0 }))));

  async function start(limits = {}): Promise<Server> {
    const started = await startServer(['alice', 'bob'], {
      tcp: { listen: ['127.0.0.1:0'] },
      limits: { sessions_per_address: 0, session_creations_per_minute: 0, ...limits },
    });
    servers.push(started);
    return started;
  }

  it('has a spec for each row that people read', () => {
    expect([...rows.keys()]).to.have.members([...Object.keys(ENDS), ...Object.keys(REFUSALS)]);
  });

  for (const [what, happen] of Object.entries(ENDS)) {
    for (const [column, transports] of Object.entries(WITNESSES)) {
      const expected = rows.get(what)?.get(column);
      for (const [transport, watch] of Object.entries(transports)) {
        it(`${what}: ${transport} says ${expected?.join(', ')}`, async () => {
          if (what === 'the server stops') server = await start();
          const witness = await watch(server, 'alice');
          await happen(witness, server);
          expect(await witness.told).to.deep.equal(expected);
          witness.cut();
        });
      }
    }
  }

  for (const [what, columns] of Object.entries(REFUSALS)) {
    it(`${what}: there is no other transport that knows it`, () => {
      const empty = [...(rows.get(what) ?? [])].filter(([column]) => !(column in columns));
      expect(empty.flatMap(([, words]) => words)).to.deep.equal([]);
    });

    for (const [column, ask] of Object.entries(columns)) {
      const expected = rows.get(what)?.get(column);
      it(`${what}: ${column} says ${expected?.join(', ') || 'nothing, and closes'}`, async () => {
        const fresh = await start(what.startsWith('too many') ? { sessions_per_address: 1 } : {});
        expect(await ask(fresh)).to.deep.equal(expected);
      });
    }
  }
});
