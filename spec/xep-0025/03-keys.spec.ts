import { expect } from 'chai';
import { keyChain } from '../support/polling-client.ts';
import { FakeExchange, INACTIVITY, PollingWorld } from '../support/polling-world.ts';

/** Example 4 of the document. */
const [K0, K1, K2, K3, K4, K5, K6] = [
  'foo',
  'C+7Hteo/D9vJXQ3UfzxbwnXaijM=',
  '6UU8CDmH3O4aHFmCqSORCn721+M=',
  'vFFYSOhGyaGUgLrldtMBX7x91Wc=',
  'ZaDxCilBVTHS9dJfbBo1NsC2b+8=',
  'moPFsvHytDGiJQOjp186AMXAeP0=',
  'VvxEk07IFy6hUmG/PPBlTLE2fiA=',
];
const MESSAGE = '<message to="bob@localhost"/>';

describe('XEP-0025 §3.1.4, §4: key sequences', () => {
  function opened(): PollingWorld {
    return new PollingWorld().open(`;${K6}`);
  }

  it('P-3.1.4-02 the keys of the example are those that the algorithm makes', () => {
    expect(keyChain('foo', 6)).to.deep.equal([K0, K1, K2, K3, K4, K5, K6]);
  });

  it('P-4-01 each key is right when it hashes to the one before', () => {
    const world = opened();
    for (const key of [K5, K4, K3, K2, K1, K0]) {
      expect(world.say(`;${key},${MESSAGE}`).identifier).to.equal(world.identifier);
    }
    expect(world.elements).to.have.length(6);
  });

  it('P-4-01 keys are compared as they are, capitals and all', () => {
    const world = opened();
    expect(world.say(`;${K5.toLowerCase()},`).identifier).to.equal('-3:0');
    expect(world.say(`;${K5},`).identifier).to.equal(world.identifier);
  });

  it('P-3.1.4-01 a wrong or missing key gets -3:0, and nothing is done', () => {
    const world = opened();
    for (const head of [`;${K4}`, `;${K6}`, ';nonsense', '']) {
      expect(world.say(`${head},${MESSAGE}`).identifier, head).to.equal('-3:0');
    }
    expect(world.elements).to.deep.equal([]);
    expect(world.refused).to.deep.equal(['-3:0', '-3:0', '-3:0', '-3:0']);
    expect(world.say(`;${K5},${MESSAGE}`).identifier).to.equal(world.identifier);
    expect(world.elements).to.have.length(1);
  });

  it('P-3.1.4-01 a wrong key gets nothing of what waits', () => {
    const world = opened();
    world.send('secret');
    expect(world.say(`;${K4},`).body).to.equal('');
    expect(world.say(`;${K5},`).body).to.contain('secret');
  });

  it('P-3.1.4-01 a wrong key does not keep the session alive', () => {
    const world = opened();
    world.clock.advance(INACTIVITY - 1);
    world.say(`;${K4},`);
    world.clock.advance(1);
    expect(world.why).to.deep.equal(['timed-out']);
  });

  it('P-3.1.4-01 a request too large for anybody is refused by its key first', () => {
    const world = opened();
    const stranger = new FakeExchange();
    world.endpoint.receiveOversize(stranger, Buffer.from(`${world.identifier};${K4},<message`));
    expect(stranger.identifier).to.equal('-3:0');
    expect(world.ends).to.deep.equal([]);
  });

  it('P-3-07 the first key begins the sequence; a new key beside it means nothing', () => {
    const world = new PollingWorld().open(`;${K6};junk`);
    expect(world.say(`;${K5},`).identifier).to.equal(world.identifier);
  });

  it('P-4-02 a new sequence may begin at any time', () => {
    const world = opened();
    const other = keyChain('bar', 5);
    expect(world.say(`;${K5};${other[5]},`).identifier).to.equal(world.identifier);
    expect(world.say(`;${K4},`).identifier).to.equal('-3:0');
    expect(world.say(`;${other[4]},`).identifier).to.equal(world.identifier);
  });

  it('P-4-02 after the last key of a sequence nothing fits any more', () => {
    const world = new PollingWorld().open(`;${K1}`);
    expect(world.say(`;${K0},`).identifier).to.equal(world.identifier);
    for (const key of [K0, K1, 'bar']) expect(world.say(`;${key},<presence/>`).identifier).to.equal('-3:0');
  });

  it('PD-02 a session that began without a key never needs one', () => {
    const world = new PollingWorld().open();
    expect(world.say(`,${MESSAGE}`).identifier).to.equal(world.identifier);
    expect(world.say(`;${K5},${MESSAGE}`).identifier).to.equal(world.identifier);
    expect(world.elements).to.have.length(2);
  });
});

describe('XEP-0025: a request that comes again', () => {
  const again = `;${K5},${MESSAGE}`;

  it('PD-03 gets the same answer, and is not taken twice', () => {
    const world = new PollingWorld().open(`;${K6}`);
    world.send('a');
    const first = world.say(again);
    world.send('b');
    const second = world.say(again);
    expect([second.identifier, second.body]).to.deep.equal([first.identifier, first.body]);
    expect(world.elements).to.have.length(1);
    expect(world.say(`;${K4},`).body).to.contain('"b"');
  });

  it('PD-03 with the same key and anything else changed it is a wrong key', () => {
    const world = new PollingWorld().open(`;${K6}`);
    world.say(again);
    expect(world.say(`;${K5},<presence/>`).identifier).to.equal('-3:0');
    expect(world.say(`;${K5};${K6},${MESSAGE}`).identifier).to.equal('-3:0');
  });

  it('PD-03 gets the answer of the first, whose client has gone before there was one', () => {
    const world = new PollingWorld().open(`;${K6}`);
    world.send('a');
    const gone = new FakeExchange();
    gone.isOpen = false;
    world.say(again, gone);
    expect(gone.identifier).to.equal(undefined);
    expect(world.say(again).body).to.contain('"a"');
    expect(world.elements).to.have.length(1);
  });

  it('PD-03 has the answer, though it comes out late that the first has not', () => {
    const world = new PollingWorld().open(`;${K6}`);
    world.send('a');
    const first = world.say(again);
    expect(world.say(again).body).to.contain('"a"');
    first.onLost?.();
    expect(world.say(`;${K4},`).body).to.equal('');
  });

  it('PD-03 does not keep the session alive: who reads along could send it', () => {
    const world = new PollingWorld().open(`;${K6}`);
    world.say(again);
    world.clock.advance(INACTIVITY - 1);
    world.say(again);
    world.clock.advance(1);
    expect(world.why).to.deep.equal(['timed-out']);
  });

  it('PD-03 gets the last answer of a session that is over, for a minute', () => {
    const world = new PollingWorld().open(`;${K6}`);
    const end = world.say(`;${K5},</stream:stream>`);
    expect(world.say(`;${K5},</stream:stream>`).body).to.equal(end.body);
    world.clock.advance(60_000);
    expect(world.say(`;${K5},</stream:stream>`).identifier).to.equal('0:0');
    expect(world.endpoint.size).to.equal(0);
  });

  it('PD-03 two requests at a time are taken one after the other', () => {
    const world = new PollingWorld().open();
    world.send('a');
    const [first, second] = [new FakeExchange(), new FakeExchange()];
    world.endpoint.receive(first, Buffer.from(`${world.identifier},<message id="1"/>`));
    world.endpoint.receive(second, Buffer.from(`${world.identifier},<message id="2"/>`));
    world.clock.endTurn();
    expect(first.body).to.contain('"a"');
    expect([second.identifier, second.body]).to.deep.equal([world.identifier, '']);
    expect(world.elements.map(({ attrs }) => attrs['id'])).to.deep.equal(['1', '2']);
  });

  it('is taken again where there are no keys: nobody can tell it from another', () => {
    const world = new PollingWorld().open();
    for (let count = 0; count < 2; count += 1) world.say(`,${MESSAGE}`);
    expect(world.elements).to.have.length(2);
  });
});
