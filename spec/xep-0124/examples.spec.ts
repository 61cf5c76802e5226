import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import { xml } from '../../lib/xml/index.ts';
import { BoshWorld, type BoshWorldOptions, type FakeExchange } from '../support/bosh-world.ts';
import { sameBut, withAttributes } from '../support/examples.ts';
import { EXAMPLES } from './examples-text.ts';

const example = (number: number): string => EXAMPLES[number] ?? expect.fail(`no example ${number}`);

/** The connection manager of the examples. */
const THEIRS = { maxWait: 60, maxHold: 1, inactivity: 30, polling: 5, maxPause: 120, accept: ['deflate', 'gzip'] };
const CREATION = { wait: 60, hold: 1, ver: '1.6', from: 'user@example.com' };

const OURS = {
  sid: 'random',
  charsets: 'ours',
  '+stream': 'several streams are offered (§16.2)',
  '+authid': 'XEP-0206',
  '+xml:lang': 'of the stream that answers',
  '+xmlns:xmpp': 'XEP-0206',
  '+xmpp:version': 'XEP-0206',
  '+xmpp:restartlogic': 'XEP-0206',
  '+xmlns:stream': 'the features are there already',
  payloads: 'the features are there already',
};

/** A session whose last request was `rid - 1`, as the one of the example is. */
function session(options: BoshWorldOptions & { readonly open?: object } = {}): BoshWorld {
  const world = new BoshWorld({ ...options, policy: { ...THEIRS, ...options.policy } });
  world.open({ ...CREATION, ...options.open });
  return world;
}

/** Sends the request of an example as the nth of the session. */
function send(world: BoshWorld, number: number, n: number, more = {}): FakeExchange {
  return world.raw(withAttributes(example(number), { rid: 1000 + n, sid: world.sid, ...more }));
}

describe('the examples of XEP-0124', () => {
  it('1, 2: requesting a session', () => {
    const world = new BoshWorld({ policy: THEIRS });
    sameBut(world.raw(example(1)).xml, example(2), OURS);
    expect(world.streams[0]?.headers[0]).to.include({ to: 'example.com', from: 'user@example.com', lang: 'en' });
  });

  it("3: 'from' in a later response: ours knows it at creation, so it is in no later one", () => {
    const world = session({ open: { wait: 0 } });
    sameBut(world.post(1).xml, example(3), { '-from': 'was in the creation response' });
  });

  it('4, 5: transmitting payloads, with an empty answer', () => {
    const world = session({ policy: { ack: false } });
    const sent = send(world, 4, 1);
    expect(world.streams[0]?.received.map(({ attrs }) => attrs['to'])).to.deep.equal([
      'contact@example.com',
      'friend@example.com',
    ]);
    expect(world.streams[0]?.received[1]?.getChildElements()[0]?.text).to.equal("Hey, what's up?");
    world.after(60);
    sameBut(sent.xml, example(5));
  });

  it('6: payloads of several namespaces share an answer', () => {
    const world = session();
    const held = world.post(1);
    const wanted = example(6).match(/<message.*?<\/message>|<json:json>.*<\/json:json>/gs) ?? [];
    for (const text of wanted)
      world.streams[0]?.send(text.replace('<json:json>', "<json:json xmlns:json='http://json.org/'>"));
    world.clock.endTurn();
    expect(held.xml.getChildElements().map(({ name }) => name)).to.deep.equal(['message', 'message', 'json:json']);
    sameBut(held.xml, example(6), { '-xmlns:json': 'declared on the payload', payloads: 'white space inside them' });
  });

  it('7: requesting payloads', () => {
    const world = session();
    expect(send(world, 7, 1).answer).to.equal(undefined);
  });

  it('8: a response with the acknowledgement of a request', () => {
    const world = session({ open: { ver: '1.11' } });
    const first = world.post(1);
    world.after(5);
    world.post(2);
    sameBut(first.xml, withAttributes(example(8), { ack: 1002 }));
  });

  it('9, 10: a request with an acknowledgement, and the report of what is missing', () => {
    const world = session({ open: { ack: 1 }, policy: { polling: 0 } });
    for (const n of [1, 2]) {
      world.post(n, { ack: 1000 });
      world.streams[0]?.send(`<message xmlns='jabber:client' id='${n}'/>`);
      world.clock.endTurn();
    }
    world.after(1.2);
    sameBut(send(world, 9, 3, { ack: 1000 }).xml, withAttributes(example(10), { report: 1001 }), {
      time: 'the time of the example is below the second after which ours reports',
    });
  });

  it('11: a pause', () => {
    const world = session({ policy: { ack: false } });
    sameBut(send(world, 11, 1).xml, example(5));
    world.after(59);
    expect(world.manager.size).to.equal(1);
  });

  it('12: too many simultaneous requests', () => {
    const world = session({ policy: { strict: true } });
    world.post(1);
    sameBut(world.post(3).xml, example(12));
  });

  it('13: too frequent requests', () => {
    const world = session({ policy: { strict: true } });
    world.post(1);
    sameBut(world.post(2).xml, example(13));
  });

  it('14: too frequent polling', () => {
    const world = session({ open: { hold: 0 } });
    world.post(1);
    sameBut(world.post(2).xml, example(14));
  });

  it('15, 16: termination', () => {
    const world = session();
    sameBut(send(world, 15, 1).xml, example(16));
    expect(world.received()).to.deep.equal(['presence']);
    expect(world.streams[0]?.ending).to.equal('graceful');
  });

  it('17: an unexpected rid', () => {
    sameBut(session().post(5).xml, example(17));
  });

  it('18: a response that is not in the buffer', () => {
    const world = session();
    sameBut(world.post(-3).xml, example(18));
  });

  it('19, 20, 21: keys', () => {
    // The seeds of the example are not told: this sequence is made as example 19 says.
    const sequence = ['seed'];
    for (let i = 0; i < 3; i += 1)
      sequence.push(
        createHash('sha1')
          .update(sequence.at(-1) ?? '')
          .digest('hex'),
      );
    const world = new BoshWorld({ policy: THEIRS });
    const created = world.raw(withAttributes(example(20), { newkey: sequence[3] ?? '' }));
    expect(created.xml.attrs['ver'], 'the example has no `ver`: we tell ours').to.equal('1.11');
    world.sid = created.xml.attrs['sid'] ?? '';
    const rid = 1573741821;
    const request = { rid, sid: world.sid, key: sequence[2] ?? '' };
    expect(world.raw(withAttributes(example(21), request)).answer).to.equal(undefined);
  });

  it('22: a wrong key', () => {
    const world = session({ open: { newkey: 'ca393b51b682f61f98e7877d61146407f3d0a770' } });
    sameBut(send(world, 21, 1, { key: 'wrong' }).xml, example(22));
  });

  it('23: a new sequence', () => {
    const sequence = ['seed', 'other'].map((seed) => createHash('sha1').update(seed).digest('hex'));
    const world = session({ open: { newkey: sequence[0] ?? '' } });
    send(world, 23, 1, { key: 'seed', newkey: sequence[1] ?? '' });
    expect(world.streams[0]?.received[0]?.getChildElements()[0]?.text).to.equal('I said "Hi!"');
    world.after(5);
    expect(world.post(2, { key: 'other' }).answer).to.equal(undefined);
    sameBut(world.post(3, { key: 'seed' }).xml, example(22));
  });

  it('24: a creation response with the name of a stream', () => {
    const { '+stream': _, ...ours } = OURS;
    const created = new BoshWorld({ policy: THEIRS }).open(CREATION);
    sameBut(created.xml, example(24), { ...ours, stream: 'random', '+ack': 'requests are acknowledged' });
  });

  /** A session with two streams. */
  function two(): { world: BoshWorld; second: string } {
    const world = session();
    const second = send(world, 25, 1).xml.attrs['stream'] ?? '';
    return { world, second };
  }

  it('25, 26: adding a stream', () => {
    sameBut(send(session(), 25, 1).xml, example(26), {
      stream: 'random',
      '+authid': OURS['+authid'],
      '+xml:lang': OURS['+xml:lang'],
      '+xmlns:xmpp': OURS['+xmlns:xmpp'],
      '+xmpp:version': OURS['+xmpp:version'],
      '+xmlns:stream': OURS['+xmlns:stream'],
      payloads: OURS.payloads,
    });
  });

  it('27, 28: payloads for one stream, and an answer of the other', () => {
    const { world, second } = two();
    const held = send(world, 27, 2, { stream: second });
    expect([world.received(0), world.received(1)]).to.deep.equal([[], ['message']]);
    world.streams[0]?.send(/<message.*<\/message>/s.exec(example(28))?.[0] ?? '');
    world.clock.endTurn();
    const first = held.xml.attrs['stream'] ?? '';
    expect(first).not.to.equal(second);
    sameBut(held.xml, withAttributes(example(28), { stream: first }), { payloads: 'white space inside them' });
  });

  it('29: a broadcast', () => {
    const { world } = two();
    send(world, 29, 2);
    expect([world.received(0), world.received(1)]).to.deep.equal([['presence'], ['presence']]);
  });

  it('30: closing one stream', () => {
    const { world, second } = two();
    send(world, 30, 2, { stream: second });
    expect([world.received(0), world.received(1)]).to.deep.equal([[], ['presence']]);
    expect(world.streams.map(({ ending }) => ending)).to.deep.equal([undefined, 'graceful']);
  });

  it('31: the end of one stream; ours are in the same process, so another condition has to do', () => {
    const world = session();
    const answer = world.post(1, { to: 'nowhere' });
    sameBut(answer.xml, example(31), { condition: 'host-unknown', stream: 'random' });
    expect(world.manager.size).to.equal(1);
  });

  it('32: remote-connection-failed is for managers whose server is elsewhere; ours is written like it', () => {
    const world = session();
    const held = world.post(1);
    world.manager.shutdown();
    sameBut(held.xml, example(32), { condition: 'system-shutdown' });
  });

  it('33: another URI', () => {
    const world = new BoshWorld({ policy: { seeOtherUri: 'https://secure.jabber.org/xmppcm' } });
    sameBut(world.open(CREATION).xml, example(33));
  });

  it('34: a stream error', () => {
    const world = session();
    const held = world.post(1);
    world.streams[0]?.send(/<message.*<\/message>/s.exec(example(34))?.[0] ?? '');
    world.streams[0]?.transport.close(
      new StreamError('not-well-formed', 'diagnostic', xml('x', { xmlns: 'application-ns' })),
    );
    sameBut(held.xml, example(34), { payloads: 'RFC 6120 calls it not-well-formed; the text is ours' });
    expect(held.xml.getChildElements().map(({ name }) => name)).to.deep.equal(['message', 'stream:error']);
  });

  it('35: a recoverable error', () => {
    const world = session();
    const first = world.post(1);
    world.post(1);
    sameBut(first.xml, example(35));
  });

  it('are all of them here', () => {
    expect(Object.keys(EXAMPLES)).to.have.length(35);
  });
});
