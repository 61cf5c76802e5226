import { expect } from 'chai';
import { saslClient } from '../../lib/conformance/sasl-client.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { BoshWorld } from '../support/bosh-world.ts';
import { sameBut, withAttributes } from '../support/examples.ts';
import { HttpSession, xmlOf } from '../support/http-session.ts';
import { createAccount, startServer } from '../support/running-server.ts';
import { EXAMPLES } from './examples-text.ts';

const example = (number: number): string => EXAMPLES[number] ?? expect.fail(`no example ${number}`);
/** The base64 of the examples is broken into lines for the page only. */
const joined = (text: string): string =>
  text.replace(/>([\sA-Za-z0-9+/=]+)</g, (_, inner: string) => `>${inner.replace(/\s/g, '')}<`);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the examples of XEP-0206', () => {
  let server: HoldfastServer;

  before(async () => {
    const hosts = { localhost: {}, 'example.com': {} };
    const auth = { iterations: 4096, mechanisms: ['SCRAM-SHA-1' as const, 'PLAIN' as const] };
    server = await startServer([], { hosts, auth });
    await createAccount(server, 'user', 'example.com');
  });

  after(() => server.close({ drain: 0 }));

  /** The next request of a session, from an example. */
  async function send(session: HttpSession, text: string): Promise<ReturnType<typeof xmlOf>> {
    session.rid += 1;
    return xmlOf(await session.request(withAttributes(text, { rid: session.rid, sid: session.sid })));
  }

  async function begin(): Promise<{ session: HttpSession; created: ReturnType<typeof xmlOf> }> {
    const session = new HttpSession(server.boshUrl, 'example.com');
    session.rid = 1573741820;
    const created = xmlOf(await session.request(example(1)));
    session.sid = created.attrs['sid'] ?? '';
    return { session, created };
  }

  it('1, 2: requesting a session, answered with the features', async () => {
    const { created } = await begin();
    sameBut(created, example(2), {
      sid: 'random',
      authid: 'random',
      charsets: 'ours',
      accept: 'the same in another order',
      wait: 'ours is 50 at most',
      inactivity: 'ours is 60',
      '+ver': 'ours',
      '+ack': 'requests are acknowledged',
      '+maxpause': 'pauses are allowed',
      '+stream': 'several streams are offered',
      '+xml:lang': 'of the stream that answers',
      payloads: 'SASL2 is on offer, too (XEP-0388)',
    });
    const [features] = created.getChildElements();
    const [mechanisms] = features?.getChildElements() ?? [];
    expect(mechanisms?.getChildElements().map(({ text }) => text)).to.deep.equal(['SCRAM-SHA-1', 'PLAIN']);
  });

  it('3: features in a later response: with ours they are there at creation, and in no other', async () => {
    const { session, created } = await begin();
    expect(created.getChildElements()[0]?.name).to.equal('stream:features');
    const next = await send(session, example(4));
    expect(next.getChildElements()[0]?.name).not.to.equal('stream:features');
  });

  it('4, 5: the first step of SCRAM', async () => {
    const { session } = await begin();
    const answer = await send(session, joined(example(4)));
    sameBut(answer, joined(example(5)), { payloads: 'our part of the nonce, the salt, and the hash of XEP-0474' });
    const challenge = Buffer.from(answer.getChildElements()[0]?.text ?? '', 'base64').toString();
    expect(challenge).to.match(/^r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AA[^,]+,s=[^,]+,i=4096,h=[^,]+$/);
  });

  it('6: a proof for the nonce of another login proves nothing', async () => {
    const { session } = await begin();
    await send(session, joined(example(4)));
    const answer = await send(session, joined(example(6)));
    expect(answer.getChildElements()[0]?.getName()).to.equal('failure');
  });

  it('6, 7, 8, 9, 10, 11: login, restart and binding', async () => {
    const { session } = await begin();
    const scram =
      saslClient(['SCRAM-SHA-1'], { is: 'account', name: 'user', password: 'user' }) ?? expect.fail('no SCRAM');
    const auth = joined(example(4)).replace(/>[A-Za-z0-9+/=]{20,}</, `>${base64(scram.initial)}<`);
    const challenge = await send(session, auth);
    const text = Buffer.from(challenge.getChildElements()[0]?.text ?? '', 'base64').toString();
    const response = joined(example(6)).replace(/>[A-Za-z0-9+/=]{20,}</, `>${base64(scram.respond(text))}<`);
    sameBut(await send(session, response), joined(example(7)), { payloads: 'the signature of another login' });
    sameBut(await send(session, example(8)), example(9), { payloads: 'there are more features than bind' });
    sameBut(await send(session, example(10)), example(11));
  });

  it('12: a stream error', () => {
    const world = new BoshWorld();
    world.open();
    const held = world.post(1);
    world.streams[0]?.send(/<message.*<\/message>/s.exec(example(12))?.[0] ?? '');
    world.streams[0]?.transport.close(new StreamError('not-well-formed', 'diagnostic'));
    sameBut(held.xml, example(12), { payloads: 'RFC 6120 calls it not-well-formed; the text is ours' });
  });

  it('are all of them here', () => {
    expect(Object.keys(EXAMPLES)).to.have.length(12);
  });
});
