import { expect } from 'chai';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import { START } from '../support/polling-client.ts';
import { FakeExchange, INACTIVITY, payload, PollingWorld } from '../support/polling-world.ts';

describe('XEP-0025 §3: requests and answers', () => {
  it('P-3-04, P-3-06 the identifier 0 opens a session with an identifier that cannot be guessed', () => {
    const world = new PollingWorld();
    const answer = world.post(`0,${START}`);
    expect(answer.identifier)
      .to.match(/^[A-Za-z0-9:-]{26,}$/)
      .and.not.match(/:0$/);
    expect(answer.body).to.match(/^<\?xml version='1.0'\?><stream:stream /);
    expect(world.open().identifier).not.to.equal(answer.identifier);
  });

  it('P-3-08 a request without XML fetches what there is, at once', () => {
    const world = new PollingWorld().open();
    expect(world.say(',').body).to.equal('');
    world.send('a', 'b');
    expect(world.say(',').body).to.equal('<message id="a"/><message id="b"/>');
    expect(world.say(',').body).to.equal('');
  });

  it('P-3-09 stanzas may be cut anywhere, also within a character', () => {
    const world = new PollingWorld().open();
    const bytes = Buffer.from('<message to="bob@localhost"><body>ü ☃ 😀, and a comma</body></message>');
    for (const byte of bytes) {
      const request = Buffer.concat([Buffer.from(`${world.identifier},`), Buffer.from([byte])]);
      world.endpoint.receive(new FakeExchange(), request);
    }
    expect(world.elements.map((element) => element.child('body', 'jabber:client')?.text)).to.deep.equal([
      'ü ☃ 😀, and a comma',
    ]);
  });

  it('P-3-09 answers have whole stanzas, and leave the rest for the next', () => {
    const world = new PollingWorld({ answerBytes: 40 }).open();
    world.send('a', 'b', 'c');
    expect([world.say(',').body, world.say(',').body]).to.deep.equal([
      '<message id="a"/><message id="b"/>',
      '<message id="c"/>',
    ]);
  });

  it('P-3-10 the identifier of a session never changes', () => {
    const world = new PollingWorld().open();
    for (let count = 0; count < 5; count += 1) expect(world.say(',<presence/>').identifier).to.equal(world.identifier);
  });

  it('PD-05 what comes between two requests waits for the next', () => {
    const world = new PollingWorld().open();
    world.send('a');
    world.clock.advance(INACTIVITY / 2);
    expect(world.say(',').body).to.contain('"a"');
  });

  it('an answer that did not leave is part of the next', () => {
    const world = new PollingWorld().open();
    world.send('a');
    world.say(',').onLost?.();
    world.send('b');
    expect(world.say(',').body).to.equal('<message id="a"/><message id="b"/>');
  });

  it('nothing is given to a client that has gone', () => {
    const world = new PollingWorld().open();
    world.send('a');
    const gone = new FakeExchange();
    gone.isOpen = false;
    world.say(',', gone);
    expect(world.say(',').body).to.contain('"a"');
  });

  it('the next request proves that an answer has arrived', () => {
    const world = new PollingWorld().open();
    let arrived = 0;
    world.transport.send(payload('a', () => (arrived += 1)));
    world.say(',');
    expect(arrived).to.equal(0);
    world.say(',');
    expect(arrived).to.equal(1);
  });
});

describe('XEP-0025 §3.1: errors', () => {
  it('P-3.1.1-01 a session that is none gets 0:0', () => {
    const world = new PollingWorld();
    expect(world.post('7776:2054,<presence/>').identifier).to.equal('0:0');
  });

  it('P-3.1.1-01 one that was opened over TLS is not found without', () => {
    const world = new PollingWorld().open();
    expect(world.say(',<presence/>', new FakeExchange(false)).identifier).to.equal('0:0');
    expect(world.elements).to.deep.equal([]);
    expect(world.say(',<presence/>').identifier).to.equal(world.identifier);
  });

  it('P-3.1.1-01 too many sessions get 0:0, and say so', () => {
    const world = new PollingWorld();
    world.wait = 7;
    const { identifier, body } = world.post(`0,${START}`);
    expect([identifier, body]).to.deep.equal(['0:0', 'Too many sessions; try again in 7 s.']);
  });

  it('P-3.1.2-01 a server that stops says -1:0, to old sessions and new', () => {
    const world = new PollingWorld().open();
    world.endpoint.shutdown();
    const { identifier, body } = world.say(',');
    expect(identifier).to.equal('-1:0');
    expect(body)
      .to.contain('system-shutdown')
      .and.match(/<\/stream:stream>$/);
    expect(world.post(`0,${START}`).identifier).to.equal('-1:0');
  });

  it('P-3.1.2-01 so does one that failed', () => {
    const world = new PollingWorld().open();
    world.transport.close(new StreamError('internal-server-error'));
    expect(world.say(',').identifier).to.equal('-1:0');
  });

  for (const [what, body] of Object.entries({
    'without a comma': '0',
    'with an identifier that cannot be': '77_76,<presence/>',
    'without an identifier': ',<presence/>',
    'with too many keys': '0;a;b;c,',
    'whose comma is too far away': `0;${'a'.repeat(2000)},`,
    'that is empty': '',
  })) {
    it(`P-3.1.3-01, P-3-06 a request ${what} gets -2:0`, () => {
      expect(new PollingWorld().post(body).identifier).to.equal('-2:0');
    });
  }

  it('P-3.1.3-01 what is no XML ends the stream, which says so, and gets -2:0', () => {
    const world = new PollingWorld().open();
    const { identifier, body } = world.say(',<message></presence>');
    expect(identifier).to.equal('-2:0');
    expect(body).to.match(/<stream:error.*not-well-formed.*<\/stream:error><\/stream:stream>$/);
    expect(world.why).to.deep.equal(['server-closed']);
  });

  it('P-3.1.3-01 so does a stanza, and a request, that is too large', () => {
    const world = new PollingWorld().open();
    expect(world.say(`,<message><body>${'x'.repeat(20_000)}</body></message>`).identifier).to.equal('-2:0');
    const exchange = new FakeExchange();
    world.open();
    world.endpoint.receiveOversize(exchange, Buffer.from(`${world.identifier},<message>`));
    world.clock.endTurn();
    expect([exchange.identifier, exchange.body.includes('policy-violation')]).to.deep.equal(['-2:0', true]);
  });

  it('P-3.1.3-01 a new session with too large a request gets -2:0', () => {
    const exchange = new FakeExchange();
    new PollingWorld().endpoint.receiveOversize(exchange, Buffer.from(`0,${START}`));
    expect(exchange.identifier).to.equal('-2:0');
  });

  it('P-3.1-01 an error is the end of the session', () => {
    const world = new PollingWorld().open();
    world.say(',<message></presence>');
    expect(world.say(',<presence/>').identifier).to.equal('0:0');
    expect(world.elements).to.deep.equal([]);
  });

  it('any other end of the stream gets 0:0, and its reason', () => {
    const world = new PollingWorld().open();
    world.transport.close(new StreamError('conflict'));
    const { identifier, body } = world.say(',');
    expect([identifier, body.includes('<conflict')]).to.deep.equal(['0:0', true]);
  });
});

describe('XEP-0025 §3.1.4: the end of a session', () => {
  it('P-3.1.4-05 </stream:stream> is answered, and the session is over', () => {
    const world = new PollingWorld().open();
    const { identifier, body } = world.say(',</stream:stream>');
    expect([identifier, body]).to.deep.equal([world.identifier, '</stream:stream>']);
    expect(world.ends).to.deep.equal([{ how: 'graceful', undelivered: [] }]);
    expect(world.say(',').identifier).to.equal('0:0');
  });

  it('P-3.1.4-05 a message that waited then goes another way', () => {
    const world = new PollingWorld().open();
    world.send('a');
    expect(world.say(',</stream:stream>').body).to.equal('</stream:stream>');
    expect(world.ends).to.deep.equal([{ how: 'graceful', undelivered: ['<message id="a"/>'] }]);
  });

  it('P-3.1.4-03 a session that no request comes for ends; later ones get 0:0', () => {
    const world = new PollingWorld().open();
    world.clock.advance(INACTIVITY - 1);
    world.say(',');
    world.clock.advance(INACTIVITY - 1);
    expect(world.why).to.deep.equal([]);
    world.clock.advance(1);
    expect(world.why).to.deep.equal(['timed-out']);
    expect(world.endpoint.size).to.equal(0);
    expect(world.say(',').identifier).to.equal('0:0');
  });

  it('P-3.1.4-06 what waited then, and what was in an answer that nothing proves, is given back', () => {
    const world = new PollingWorld().open();
    world.send('a');
    world.say(',');
    world.send('b');
    world.clock.advance(INACTIVITY);
    expect(world.ends).to.deep.equal([{ how: 'lost', undelivered: ['<message id="a"/>', '<message id="b"/>'] }]);
  });

  it('too much that waits ends it', () => {
    const world = new PollingWorld({ queuedStanzas: 2 }).open();
    world.send('a', 'b', 'c');
    world.clock.endTurn();
    expect(world.why).to.deep.equal(['queue-full']);
    expect(world.ends[0]?.undelivered).to.have.length(3);
    expect(world.say(',').body).to.contain('resource-constraint');
  });

  it('stanzas that were given back are not sent as well', () => {
    const world = new PollingWorld().open();
    world.send('a');
    world.transport.close(new StreamError('conflict'));
    expect(world.ends).to.deep.equal([{ how: 'lost', undelivered: ['<message id="a"/>'] }]);
    expect(world.say(',').body).not.to.contain('<message');
  });
});
