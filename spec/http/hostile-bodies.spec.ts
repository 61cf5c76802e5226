import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { read } from '../support/read-xml.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';

const NS = "xmlns='http://jabber.org/protocol/httpbind'";
/** Of processor time, because others may use this machine, too; an answer that waits takes a second. */
const LIMIT_MS = 100;
const KIB = 1024;
/** A condition, or what a body that proves nothing about a session leaves of it. */
type Outcome = 'bad-request' | 'policy-violation' | 'remote-stream-error' | 'goes on';

/** The inside of a body, or the whole of one with SID and RID in it. */
const CLASSES: readonly [title: string, body: string, atCreation: Outcome, inSession: Outcome][] = [
  ['B-6-01 nothing at all', '', 'bad-request', 'goes on'],
  ['B-6-01 not XML', 'hello', 'bad-request', 'goes on'],
  ['B-6-01 cut short', `<body ${NS} ATTRS><message>`, 'bad-request', 'goes on'],
  ['B-6-01 two roots', `<body ${NS} ATTRS/><body ${NS} ATTRS/>`, 'bad-request', 'goes on'],
  ['B-6-01 an attribute twice', `<body ${NS} ATTRS rid='7'/>`, 'bad-request', 'goes on'],
  ['B-6-01 an undeclared prefix', `<body ${NS} ATTRS><a:b/></body>`, 'bad-request', 'goes on'],
  ['B-6-01 an undefined entity', `<body ${NS} ATTRS>&nbsp;</body>`, 'bad-request', 'goes on'],
  ['B-6-01 a character that XML has not', `<body ${NS} ATTRS>&#0;</body>`, 'bad-request', 'goes on'],
  ['B-6-02 another root', `<stream ${NS} ATTRS/>`, 'bad-request', 'goes on'],
  ['B-6-02 another namespace', `<body xmlns='urn:example' ATTRS/>`, 'bad-request', 'goes on'],
  ['B-6-04 text beside elements', `<body ${NS} ATTRS>text</body>`, 'bad-request', 'bad-request'],
  ['B-6-08 a comment', `<body ${NS} ATTRS><!-- x --></body>`, 'bad-request', 'goes on'],
  ['B-6-08 a processing instruction', `<body ${NS} ATTRS><?x y?></body>`, 'bad-request', 'goes on'],
  ['B-6-08 a document type', `<!DOCTYPE body><body ${NS} ATTRS/>`, 'bad-request', 'goes on'],
  [
    'B-6-08 entities that grow',
    `<!DOCTYPE body [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>]><body ${NS} ATTRS>&b;</body>`,
    'bad-request',
    'goes on',
  ],
  ['depth', `<body ${NS} ATTRS>${'<a>'.repeat(2000)}${'</a>'.repeat(2000)}</body>`, 'bad-request', 'goes on'],
  [
    'attributes',
    `<body ${NS} ATTRS><a ${Array.from({ length: 1000 }, (_, i) => `a${i}=''`).join(' ')}/></body>`,
    'bad-request',
    'goes on',
  ],
  ['a long name', `<body ${NS} ATTRS><${'a'.repeat(5000)}/></body>`, 'bad-request', 'goes on'],
  [
    'H-08 too large before login',
    `<body ${NS} ATTRS><a>${'x'.repeat(20 * KIB)}</a></body>`,
    'policy-violation',
    'policy-violation',
  ],
];

describe('hostile bodies', () => {
  let server: HoldfastServer;
  let witness: RawSession;
  const sessions: RawSession[] = [];

  before(async () => {
    server = await startServer(['alice']);
    // The first call of fetch loads it.
    await (await fetch(server.boshUrl)).text();
    witness = new RawSession(server.boshUrl);
    await witness.open();
    await witness.login('alice', 'alice');
  });

  after(async () => {
    for (const session of [witness, ...sessions]) session.close();
    await server.close({ drain: 0 });
  });

  async function timed(body: string): Promise<Record<string, string | undefined>> {
    const began = process.cpuUsage();
    const response = await fetch(server.boshUrl, { method: 'POST', body, signal: AbortSignal.timeout(900) });
    const text = await response.text();
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1000, 'milliseconds').to.be.below(LIMIT_MS);
    return read(text).attrs;
  }

  for (const [title, body, atCreation, inSession] of CLASSES) {
    it(`${title}: at creation`, async () => {
      const before = server.manager.size;
      const attributes = "rid='1' to='localhost' ver='1.11' wait='1' hold='1'";
      expect(await timed(body.replace('ATTRS', attributes))).to.include({ type: 'terminate', condition: atCreation });
      expect(server.manager.size).to.equal(before);
    });

    it(`${title}: in a session`, async () => {
      const session = new RawSession(server.boshUrl);
      sessions.push(session);
      await session.open("hold='1' wait='1'");
      const attributes = `rid='${session.nextRid}' sid='${session.sid}'`;
      const condition = inSession === 'goes on' ? 'bad-request' : inSession;
      expect(await timed(body.replace('ATTRS', attributes))).to.include({ type: 'terminate', condition });
      const { attrs } = await session.post('', "type='terminate'");
      expect(attrs['condition']).to.equal(inSession === 'goes on' ? undefined : 'item-not-found');
    });
  }

  it('… and all the while another session has noticed nothing', async () => {
    const answer = await witness.post("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>");
    expect(answer.getChildElements().map(({ attrs }) => `${attrs['type']} ${attrs['id']}`)).to.deep.equal(['result p']);
  });
});
